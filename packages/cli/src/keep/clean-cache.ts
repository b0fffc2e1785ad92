import { cleanCache } from '@cairn/remote';
import { confirm } from '../confirm.js';
import type { Invocation } from '../invocation.js';
import { bytesText } from '../output/format.js';
import { printCache } from './print-cache.js';

/** Makes the cache as small as this, in bytes. What is removed is fetched again, from a server that may be gone by then. */
export async function cleanTo(invocation: Invocation, maxBytes: number): Promise<void> {
  const { options, output, signal } = invocation;
  const dryRun = options.has('dry-run');
  if (!dryRun) {
    const ask = maxBytes === 0 ? 'Remove all of the cache?' : `Shrink the cache to ${bytesText(maxBytes)}?`;
    await confirm(invocation, { ask });
  }
  await printCache(output, await cleanCache({ maxBytes, dryRun, signal }), dryRun);
}
