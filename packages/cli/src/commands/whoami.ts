import type { Invocation } from '../invocation.js';
import { withAccount } from '../server/management.js';
import { printIdentity } from '../server/print-identity.js';

export async function run(invocation: Invocation): Promise<void> {
  const me = await withAccount(invocation, (account) => account.whoAmI({ signal: invocation.signal }));
  await printIdentity(invocation.output, me, invocation.workspace().store ?? '');
}
