import { resolve } from 'node:path';
import type { Invocation } from '../invocation.js';
import { storeFolder } from '../keep/open-folder-store.js';
import { bytesText, countOf } from '../output/format.js';
import { printRecord } from '../output/print-list.js';
import { startSteps } from '../progress/start-steps.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, progress, signal, whenStopped } = invocation;
  const folder = storeFolder(invocation, 'a backup');
  const to = resolve(args[0] ?? '');
  whenStopped(() => 'a backup that was there before is as it was; run it again to go on');
  const { backupStore } = await import('@cairn/store');
  const steps = startSteps(output, progress);
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    steps.tell({ phase: 'copy', done, total, text: `copy  ${bytesText(done)} of ${bytesText(total)}` });
  const made = await backupStore(folder, to, { signal, onProgress }).finally(steps.stop);
  if (output.format === 'json') return printRecord(output, { folder: to, store: folder, ...made });
  output.talk(
    `${bytesText(made.bytes)} in ${countOf(made.packs, 'pack')}, of which ${bytesText(made.copiedBytes)} were new`,
  );
  await output.write(`${to}\n`);
}
