import { cleanCache } from '@cairn/remote';
import type { Invocation } from '../invocation.js';
import { printCache } from '../keep/print-cache.js';
import { parseSize } from '../size.js';

export async function run({ args, options, output, signal }: Invocation): Promise<void> {
  const maxBytes = parseSize(args[0] ?? '');
  const dryRun = options.has('dry-run');
  await printCache(output, await cleanCache({ maxBytes, dryRun, signal }), dryRun);
}
