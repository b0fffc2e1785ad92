import type { Invocation } from '../invocation.js';
import { printList } from '../output/print-list.js';
import { keyList } from '../server/key-list.js';
import { withManagement } from '../server/management.js';

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, signal } = invocation;
  await withManagement(invocation, ({ listKeys }) =>
    printList(output, listKeys({ user: options.text('user') }, { signal }), keyList),
  );
}
