import type { CacheReport } from '@cairn/remote';
import { bytesText, countOf } from '../output/format.js';
import type { Output } from '../output/output.js';
import { printRecord } from '../output/print-list.js';

/** Prints what the cache takes, and what was removed of it. */
export async function printCache(output: Output, report: CacheReport, dryRun: boolean): Promise<void> {
  const { folder, bytes, files, freedBytes } = report;
  if (output.format === 'json') return printRecord(output, { folder, bytes, files, freedBytes });
  await output.write(output.isTerminal && !output.isQuiet ? `${bytesText(bytes)}\n` : `${bytes}\n`);
  output.talk(`${countOf(files, 'file')} in ${folder}`);
  if (freedBytes > 0) output.talk(`${bytesText(freedBytes)} ${dryRun ? 'would be' : 'were'} freed`);
}
