import { printable } from '@cairn/core';
import type { Check } from '../doctor/check.js';
import { runChecks } from '../doctor/checks.js';
import { type ExitCode, exitCodes } from '../failure/exit-codes.js';
import type { Invocation } from '../invocation.js';
import type { Output } from '../output/output.js';
import { type ListRequest, printList } from '../output/print-list.js';

const checkList: ListRequest<Check> = {
  columns: [
    { heading: '', text: ({ ok }) => (ok ? 'ok' : 'wrong') },
    { heading: 'CHECK', text: ({ check }) => check, color: ({ cyan }) => cyan },
    { heading: 'FOUND', shrinks: true, text: ({ found }) => found },
    { heading: 'FIX', shrinks: true, text: ({ fix = '' }) => fix },
  ],
  id: ({ check }) => check,
  json: ({ check, ok, found, fix = null }) => ({ check, ok, found, fix }),
};

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { output } = invocation;
  const checks = await runChecks(invocation);
  const wrong = checks.filter(({ ok }) => !ok);
  if (output.isTerminal && output.format === 'text' && !output.isQuiet) await printChecks(output, checks);
  else await printList(output, output.isQuiet ? wrong : checks, checkList);
  output.talk(wrong.length === 0 ? 'all is well' : `wrong: ${wrong.map(({ check }) => check).join(', ')}`);
  return wrong.length === 0 ? exitCodes.ok : exitCodes.failure;
}

/** For a person: nothing is cut, for what mends something has to be read in full. */
async function printChecks({ colors, write }: Output, checks: readonly Check[]): Promise<void> {
  const { cyan, green, red } = colors;
  const width = Math.max(...checks.map(({ check }) => check.length));
  for (const { check, ok, found, fix } of checks) {
    const state = ok ? green('ok   ') : red('wrong');
    await write(`${state}  ${cyan(check.padEnd(width))}  ${printable(found)}\n`);
    if (fix !== undefined) await write(`       ${' '.repeat(width)}  fix: ${printable(fix)}\n`);
  }
}
