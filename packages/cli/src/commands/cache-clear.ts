import { cleanCache } from '@cairn/remote';
import type { Invocation } from '../invocation.js';
import { printCache } from '../keep/print-cache.js';

export async function run({ options, output, signal }: Invocation): Promise<void> {
  const dryRun = options.has('dry-run');
  await printCache(output, await cleanCache({ maxBytes: 0, dryRun, signal }), dryRun);
}
