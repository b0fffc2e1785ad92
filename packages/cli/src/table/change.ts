import type { Argument, Command } from '../command.js';

const ref: Argument = {
  name: 'ref',
  summary: '[[entity/]project/]name[:alias | :vN | @digest]',
  completes: 'version',
};

/** Commands that change what may change of a version. */
export const changeCommands: readonly Command[] = [
  {
    name: 'alias set',
    group: 'Change',
    summary: 'give a version aliases, taking them from others',
    args: [ref, { name: 'alias', summary: 'a name such as best', many: true }],
    examples: [{ does: 'The version to use from now on', line: 'cairn alias set bike-model:v7 prod best' }],
    json: [{ shape: 'record', of: 'version' }],
    habits: ['tag', 'link', 'promote'],
    load: () => import('../commands/alias-set.js'),
  },
  {
    name: 'alias rm',
    group: 'Change',
    summary: 'take aliases from a version',
    args: [ref, { name: 'alias', summary: 'one that it has', many: true }],
    examples: [{ does: 'No version is prod any more', line: 'cairn alias rm bike-model:prod prod' }],
    json: [{ shape: 'record', of: 'version' }],
    load: () => import('../commands/alias-rm.js'),
  },
  {
    name: 'alias mv',
    group: 'Change',
    summary: 'move an alias, if it still is where it is thought to be',
    args: [
      { name: 'alias', summary: 'the alias' },
      { ...ref, name: 'from' },
      { ...ref, name: 'to' },
    ],
    examples: [
      { does: 'Promote, unless someone else did', line: 'cairn alias mv prod bike-model:v7 bike-model:v8' },
    ],
    json: [{ shape: 'record', of: 'version' }],
    load: () => import('../commands/alias-mv.js'),
  },
  {
    name: 'alias ls',
    group: 'Change',
    summary: 'list aliases',
    args: [{ name: 'what', summary: 'a collection, or a project', optional: true, completes: 'collection' }],
    examples: [{ does: 'Of one collection', line: 'cairn alias ls bike-model' }],
    json: [{ shape: 'list', of: 'alias' }],
    load: () => import('../commands/alias-ls.js'),
  },
  {
    name: 'edit',
    group: 'Change',
    summary: 'change the description, metadata and tags of a version',
    description:
      'A value of the metadata that is JSON is taken as that, any other as a text; dots lead to inner values: rows.train=5.',
    args: [ref],
    options: [
      { flags: '-d, --description <text>', summary: 'what it is; an empty one takes it away' },
      { flags: '-m, --metadata <key=value>', summary: 'a value of the metadata', many: true },
      { flags: '--unset <key>', summary: 'a value of the metadata to take away', many: true },
      { flags: '--tag <tag>', summary: 'a tag to add', many: true },
      { flags: '--untag <tag>', summary: 'a tag to take away', many: true },
    ],
    examples: [
      { does: 'Say what it is', line: 'cairn edit bike-dataset:v3 -d "Without the broken frames"' },
      { does: 'Note a figure', line: 'cairn edit bike-model -m accuracy=0.93 --unset draft' },
    ],
    json: [{ shape: 'record', of: 'version' }],
    habits: ['set', 'update'],
    load: () => import('../commands/edit.js'),
  },
];
