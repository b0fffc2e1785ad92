import type { Invocation } from '../invocation.js';
import { printLabels } from '../look/print-labels.js';

export async function run(invocation: Invocation): Promise<void> {
  const [ref = '', ...aliases] = invocation.args;
  const { signal } = invocation;
  const version = await (await invocation.api()).artifact(ref, { signal });
  for (const alias of aliases) version.aliases.add(alias);
  await version.save({ signal });
  await printLabels(invocation, version);
}
