import { printable } from '@cairn/core';
import type { CommanderError } from 'commander';
import type { Command } from '../command.js';
import { UsageError } from './usage-error.js';

/** Says what was wrong with the words of a call, and what may have been meant. */
export function explainUsage(
  { code, message }: CommanderError,
  argv: readonly string[],
  table: readonly Command[],
): UsageError {
  const [said = '', suggestion] = message.replace(/^error: /, '').split('\n');
  return new UsageError(printable(said), suggestion?.replace(/^\(|\)$/g, '') ?? hintFor(code, argv, table));
}

function hintFor(code: string, argv: readonly string[], table: readonly Command[]): string {
  if (code === 'commander.unknownCommand') {
    const meant = table.find(({ habits = [] }) => habits.some((habit) => argv.includes(habit)));
    return meant === undefined ? 'See what there is with: cairn help' : `Did you mean ${meant.name}?`;
  }
  if (code === 'commander.unknownOption') {
    return 'Put -- before a value that starts with "-". The options are in: cairn help <command>';
  }
  return 'See how it is called with: cairn help <command>';
}
