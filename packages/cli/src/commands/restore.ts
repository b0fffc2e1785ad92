import type { Version } from '@cairn/sdk';
import type { ExitCode } from '../failure/exit-codes.js';
import { createPartly } from '../failure/partly.js';
import type { Invocation } from '../invocation.js';
import { findDeleted } from '../keep/find-deleted.js';
import { addressOf, versionList } from '../look/version-list.js';
import { printList } from '../output/print-list.js';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { args, output, signal, whenStopped } = invocation;
  const restored: Version[] = [];
  whenStopped(() => `restored: ${restored.map(addressOf).join(', ') || 'nothing'}`);
  const partly = createPartly(output, signal);
  for (const ref of args) {
    const version = await partly.try(async () => {
      const deleted = await findDeleted(invocation, ref);
      await deleted.restore({ signal });
      return (await invocation.api()).artifact(`${deleted}`, { signal });
    });
    if (version !== undefined) restored.push(version);
  }
  await printList(output, restored, { ...versionList, id: invocation.refOf });
  return partly.exitCode(restored.length);
}
