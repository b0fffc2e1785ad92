import { printable } from '@cairn/core';
import type { CommanderError } from 'commander';
import type { Command } from '../command.js';
import { readWords } from '../complete/read-words.js';
import { UsageError } from './usage-error.js';

/** Says what was wrong with the words of a call, and what may have been meant. */
export function explainUsage(
  { code, message }: CommanderError,
  argv: readonly string[],
  table: readonly Command[],
): UsageError {
  const [said = '', suggestion = ''] = message.replace(/^error: /, '').split('\n');
  const [, near] = /^\(Did you mean (.+)\?\)$/.exec(suggestion) ?? [];
  // What somebody is used to say is likelier than what is spelt like it.
  const meant = (code === 'commander.unknownCommand' ? habitOf(argv, table) : undefined) ?? near;
  const hint = meant === undefined ? hintFor(code, argv, table) : `Did you mean "${meant}"?`;
  // Quoted as everything else is.
  return new UsageError(printable(said.replaceAll(/'([^']*)'/g, '"$1"')), hint);
}

function habitOf(argv: readonly string[], table: readonly Command[]): string | undefined {
  return table.find(({ habits = [] }) => habits.some((habit) => argv.includes(habit)))?.name;
}

function hintFor(code: string, argv: readonly string[], table: readonly Command[]): string {
  const help = helpFor(argv, table);
  if (code === 'commander.unknownCommand') return `See what there is with: ${help}`;
  if (code === 'commander.unknownOption') {
    return `Put -- before a value that starts with "-". The options are in: ${help}`;
  }
  return `See how it is called with: ${help}`;
}

/** What explains the command that was meant, or its family, or all. */
function helpFor(argv: readonly string[], table: readonly Command[]): string {
  const { command, path } = readWords([...argv, ''], table);
  if (command !== undefined) return `cairn ${command.name} --help`;
  const [family] = path;
  return table.some(({ name }) => name.startsWith(`${family} `)) ? `cairn ${family} --help` : 'cairn help';
}
