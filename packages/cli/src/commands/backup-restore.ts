import { resolve } from 'node:path';
import type { Invocation } from '../invocation.js';
import { bytesText, countOf } from '../output/format.js';
import { printRecord } from '../output/print-list.js';
import { startSteps } from '../progress/start-steps.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, progress, signal, whenStopped } = invocation;
  const [backup = '', folder = ''] = args.map((path) => resolve(path));
  whenStopped(() => 'nothing was restored');
  const { encryptionFromEnv, restoreStore } = await import('@cairn/store');
  const steps = startSteps(output, progress);
  const { counts } = await restoreStore(backup, folder, {
    encryption: encryptionFromEnv(invocation.env),
    signal,
    onProgress: ({ done, total }) =>
      steps.tell({ phase: 'copy', done, total, text: `copy  ${bytesText(done)} of ${bytesText(total)}` }),
    onVerifyProgress: ({ phase, bytes }) =>
      steps.tell({
        phase: 'verify',
        done: bytes,
        total: undefined,
        text: `verify ${phase}  ${bytesText(bytes)}`,
      }),
  }).finally(steps.stop);
  const { versions, bytes } = counts;
  if (output.format === 'json') return printRecord(output, { folder, backup, versions, bytes });
  output.talk(`${countOf(versions, 'version')}, ${bytesText(bytes)}: every byte verified`);
  await output.write(`${folder}\n`);
}
