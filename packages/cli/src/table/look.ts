import type { Command } from '../command.js';

/** Commands that read what is in a store. */
export const lookCommands: readonly Command[] = [
  {
    name: 'ls',
    group: 'Look',
    summary: 'list collections, or the versions of one',
    args: [{ name: 'what', summary: 'a project or a collection', optional: true, completes: 'collection' }],
    options: [
      { flags: '-t, --type <type>', summary: 'only of this type' },
      {
        flags: '--where <query>',
        summary: 'versions for which this holds, such as "metadata.accuracy>=0.9"',
      },
      {
        flags: '--sort <key>',
        summary: 'by name, updated, created, version, size or metadata.key; -key for descending',
      },
      { flags: '--limit <count>', summary: 'no more than this' },
      { flags: '--all', summary: 'all, also on a terminal' },
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
    json: [{ shape: 'list', of: 'collection', when: 'for collections' }],
    habits: ['list', 'artifacts'],
    load: () => import('../commands/ls.js'),
  },
];
