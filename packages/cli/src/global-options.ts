import type { CommandOption } from './command.js';

/** As a person reads flags: the value of --json is no word of its own, as commander writes it. */
export function shownFlags(flags: string): string {
  return flags.replace('--json [', '--json[=');
}

/** What every command takes, before or after its name. */
export const globalOptions: readonly CommandOption[] = [
  { flags: '--store <folder|url>', summary: 'the store: a folder, or the URL of a server' },
  { flags: '--host <url>', summary: 'the server, the same as --store with a URL' },
  { flags: '-e, --entity <name>', summary: 'who owns the project' },
  { flags: '-p, --project <name>', summary: 'the project' },
  { flags: '--profile <name>', summary: 'which profile of the user’s settings', completes: 'profile' },
  { flags: '--json [fields]', summary: 'print JSON: all of it, or as --json=name,size some fields' },
  { flags: '-q, --quiet', summary: 'print ids or paths only, and no talk' },
  { flags: '--no-truncate', summary: 'cut nothing to the width of the terminal' },
  { flags: '--no-color', summary: 'print without colour' },
  {
    flags: '--progress <how>',
    summary: 'how to tell of progress',
    choices: ['auto', 'bar', 'plain', 'json', 'none'],
  },
  { flags: '--no-input', summary: 'never ask' },
  { flags: '--yes', summary: 'take every question as answered with yes' },
  { flags: '--timeout <time>', summary: 'give up after this time, such as 30s or 10m' },
  { flags: '-v, --verbose', summary: 'say more, above all about errors' },
];
