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
  // What somebody is used to say is likelier than what is spelt like it.
  const habit = code === 'commander.unknownCommand' ? habitOf(argv, table) : undefined;
  const hint = habit ?? suggestion?.replace(/^\(|\)$/g, '') ?? hintFor(code);
  return new UsageError(printable(said), hint);
}

function habitOf(argv: readonly string[], table: readonly Command[]): string | undefined {
  const meant = table.find(({ habits = [] }) => habits.some((habit) => argv.includes(habit)));
  return meant && `Did you mean ${meant.name}?`;
}

function hintFor(code: string): string {
  if (code === 'commander.unknownCommand') return 'See what there is with: cairn help';
  if (code === 'commander.unknownOption') {
    return 'Put -- before a value that starts with "-". The options are in: cairn help <command>';
  }
  return 'See how it is called with: cairn help <command>';
}
