import type { Command } from '../command.js';

/** Commands about the command line itself. */
export const setUpCommands: readonly Command[] = [
  {
    name: 'version',
    group: 'Set up',
    summary: 'print the versions of Cairn and of what it runs on',
    examples: [{ does: 'For a report of an error', line: 'cairn version' }],
    json: [{ shape: 'record', of: 'release' }],
    load: () => import('../commands/version.js'),
  },
];
