import type { Argument, Command, CommandOption } from '../command.js';

const ref: Argument = {
  name: 'ref',
  summary: '[[entity/]project/]name[:alias | :vN | @digest]',
  completes: 'version',
};
const limits: readonly CommandOption[] = [
  { flags: '--limit <count>', summary: 'no more than this' },
  { flags: '--all', summary: 'all, also on a terminal' },
];

/** Commands that read what is in a store. */
export const lookCommands: readonly Command[] = [
  {
    name: 'ls',
    group: 'Look',
    summary: 'list collections, or the versions of one',
    description:
      'A terminal shows the first 50; a pipe gets all, in lines of exact values with tabs between them.',
    args: [
      {
        name: 'what',
        summary: 'a collection, or a project: [entity/]project',
        optional: true,
        completes: 'collection',
      },
    ],
    options: [
      { flags: '-t, --type <type>', summary: 'only of this type' },
      {
        flags: '--where <query>',
        summary: 'versions for which this holds, such as "metadata.accuracy>=0.9"',
      },
      {
        flags: '--sort <key>',
        summary:
          'by name, created, size, updated and versions (collections), version and metadata.key (versions); -key for descending',
      },
      ...limits,
    ],
    examples: [
      { does: 'What is in the project', line: 'cairn ls' },
      { does: 'The versions of a collection', line: 'cairn ls bike-dataset' },
      {
        does: 'The best models',
        line: 'cairn ls --where "type:model metadata.accuracy>=0.9" --sort -metadata.accuracy',
      },
      { does: 'Names for a script', line: 'cairn ls -q' },
    ],
    json: [
      { shape: 'list', of: 'collection', when: 'for collections' },
      { shape: 'list', of: 'version', when: 'for versions' },
    ],
    habits: ['list', 'artifacts'],
    load: () => import('../commands/ls.js'),
  },
  {
    name: 'show',
    group: 'Look',
    summary: 'say all about a version',
    args: [ref],
    examples: [
      { does: 'The latest version', line: 'cairn show bike-model' },
      { does: 'One value for a script', line: 'cairn show bike-model:best --json=digest' },
    ],
    json: [{ shape: 'record', of: 'version with its runs' }],
    habits: ['info', 'describe', 'inspect'],
    load: () => import('../commands/show.js'),
  },
  {
    name: 'log',
    group: 'Look',
    summary: 'show the versions of a collection, the newest first',
    args: [{ name: 'collection', summary: '[[entity/]project/]name', completes: 'collection' }],
    options: [
      { flags: '--plot <key>', summary: 'also show this value of the metadata, and how it went' },
      { flags: '--deleted', summary: 'show those that were deleted and can still be restored' },
      ...limits,
    ],
    examples: [
      { does: 'Every version', line: 'cairn log bike-model' },
      { does: 'What can be restored', line: 'cairn log bike-model --deleted' },
      { does: 'How accuracy went', line: 'cairn log bike-model --plot metadata.accuracy' },
    ],
    json: [
      { shape: 'list', of: 'version' },
      { shape: 'list', of: 'plotted version', when: 'with --plot' },
    ],
    habits: ['history', 'versions'],
    load: () => import('../commands/log.js'),
  },
  {
    name: 'files',
    group: 'Look',
    summary: 'list the entries of a version',
    args: [ref, { name: 'path', summary: 'a file or a folder in it', optional: true, completes: 'path' }],
    options: [{ flags: '--tree', summary: 'draw folders' }, ...limits],
    examples: [
      { does: 'Everything in it', line: 'cairn files bike-dataset:v3' },
      { does: 'A folder of it, drawn', line: 'cairn files bike-dataset images --tree' },
    ],
    json: [{ shape: 'list', of: 'entry' }],
    load: () => import('../commands/files.js'),
  },
  {
    name: 'diff',
    group: 'Look',
    summary: 'compare two versions: files and metadata',
    description:
      'Signs: + added, - removed, ~ changed, > moved. In a pipe: kind, sign, path, before and after.',
    args: [
      { ...ref, name: 'before' },
      { ...ref, name: 'after' },
    ],
    options: [
      { flags: '--files', summary: 'only files' },
      { flags: '--metadata', summary: 'only metadata' },
      { flags: '--exit-code', summary: 'end with 1 when something differs' },
      ...limits,
    ],
    examples: [
      { does: 'What the new version changed', line: 'cairn diff bike-dataset:v2 bike-dataset:v3' },
      {
        does: 'Only go on when something did',
        line: 'cairn diff -q --exit-code data:prod data:latest || ./retrain',
      },
    ],
    json: [{ shape: 'record', of: 'diff' }],
    habits: ['compare'],
    load: () => import('../commands/diff.js'),
  },
  {
    name: 'lineage',
    group: 'Look',
    summary: 'draw where a version comes from and what was made of it',
    args: [ref],
    options: [
      { flags: '--up', summary: 'only where it comes from' },
      { flags: '--down', summary: 'only what was made of it' },
      {
        flags: '--depth <steps>',
        summary: 'how far: a run is one step, its artifacts the next (default: 10)',
      },
      { flags: '--format <format>', summary: 'how to draw it', choices: ['tree', 'json', 'dot', 'mermaid'] },
    ],
    examples: [
      { does: 'Where the best model comes from', line: 'cairn lineage bike-model:best --up' },
      { does: 'As a picture', line: 'cairn lineage bike-model --format dot | dot -Tsvg > lineage.svg' },
    ],
    json: [{ shape: 'record', of: 'lineage' }],
    habits: ['graph', 'provenance'],
    load: () => import('../commands/lineage.js'),
  },
  {
    name: 'run list',
    group: 'Look',
    summary: 'list runs, the newest first',
    options: [{ flags: '--job-type <type>', summary: 'only of this kind' }, ...limits],
    examples: [{ does: 'The last trainings', line: 'cairn run list --job-type train --limit 5' }],
    json: [{ shape: 'list', of: 'run' }],
    load: () => import('../commands/run-list.js'),
  },
  {
    name: 'run show',
    group: 'Look',
    summary: 'say all about a run: what it used and what it logged',
    args: [{ name: 'id', summary: 'its id' }],
    examples: [{ does: 'One of cairn run list', line: 'cairn run show 3nq3ctyy1234' }],
    json: [{ shape: 'record', of: 'run with its versions' }],
    load: () => import('../commands/run-show.js'),
  },
];
