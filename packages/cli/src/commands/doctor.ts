import type { Check } from '../doctor/check.js';
import { runChecks } from '../doctor/checks.js';
import { type ExitCode, exitCodes } from '../failure/exit-codes.js';
import type { Invocation } from '../invocation.js';
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
  await printList(output, output.isQuiet ? wrong : checks, checkList);
  output.talk(wrong.length === 0 ? 'all is well' : `wrong: ${wrong.map(({ check }) => check).join(', ')}`);
  return wrong.length === 0 ? exitCodes.ok : exitCodes.failure;
}
