import { cleanCache } from '@cairn/remote';
import type { Invocation } from '../invocation.js';
import { printCache } from '../keep/print-cache.js';

export async function run({ output, signal }: Invocation): Promise<void> {
  await printCache(output, await cleanCache({ signal }), false);
}
