import { confirm } from '../confirm.js';
import type { Invocation } from '../invocation.js';
import { printRecord } from '../output/print-list.js';
import { keyJson } from '../server/key-list.js';
import { withManagement } from '../server/management.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, signal } = invocation;
  const id = args[0] ?? '';
  await confirm(invocation, { ask: `End the key ${id} at once?`, isPreviewed: false });
  const key = await withManagement(invocation, (management) => management.revokeKey(id, { signal }));
  if (output.format === 'json') return printRecord(output, keyJson(key));
  await output.write(`${key.id}\n`);
  output.talk(`the key "${key.name}" of ${key.user} opens nothing any more`);
}
