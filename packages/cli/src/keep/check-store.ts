import { printable } from '@cairn/core';
import { type ExitCode, exitCodes } from '../failure/exit-codes.js';
import type { Invocation } from '../invocation.js';
import { bytesText, countOf } from '../output/format.js';
import { printRecord } from '../output/print-list.js';
import { startSteps } from '../progress/start-steps.js';
import { teamOf } from '../server/team-of.js';
import { withAnyStore } from './open-any-store.js';

/** Reads every byte of the store, and prints what is wrong. */
export async function checkStore(invocation: Invocation): Promise<ExitCode> {
  const { options, output, progress, signal } = invocation;
  const steps = startSteps(output, progress);
  const report = await withAnyStore(invocation, 'verifying all of it', (store) =>
    store.verify({
      repair: options.has('repair'),
      signal,
      onProgress: ({ phase, bytes }) =>
        steps.tell({ phase, done: bytes, total: undefined, text: `${phase}  ${bytesText(bytes)} read` }),
    }),
  ).finally(steps.stop);
  const exitCode = report.ok ? exitCodes.ok : exitCodes.damaged;
  const { counts, problems, problemCount, repaired } = report;
  if (output.format === 'json') {
    await printRecord(output, { ok: report.ok, problems, problemCount, repaired, ...counts });
    return exitCode;
  }
  for (const { message } of problems) await output.write(`${printable(message)}\n`);
  if (repaired.length > 0) output.talk(`mended: ${countOf(repaired.length, 'problem')}`);
  output.talk(
    `${countOf(counts.versions, 'version')}, ${countOf(counts.records, 'record')}, ${bytesText(counts.bytes)} read: ${
      problemCount === 0 ? 'all is well' : countOf(problemCount, 'problem')
    }`,
  );
  if (!report.ok && !options.has('repair')) {
    const same = teamOf(options) === undefined ? '' : ', and the same bucket and database';
    output.talk(`mend what can be mended with: cairn verify --repair${same}`);
  }
  return exitCode;
}
