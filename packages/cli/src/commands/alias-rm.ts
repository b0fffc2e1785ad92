import { CairnError, quote } from '@cairn/core';
import type { Invocation } from '../invocation.js';
import { printLabels } from '../look/print-labels.js';
import { addressOf } from '../look/version-list.js';

export async function run(invocation: Invocation): Promise<void> {
  const [ref = '', ...aliases] = invocation.args;
  const { signal } = invocation;
  const version = await (await invocation.api()).artifact(ref, { signal });
  for (const alias of aliases) {
    if (version.aliases.delete(alias)) continue;
    const has = [...version.aliases].map(quote).join(', ');
    throw new CairnError('not_found', `${addressOf(version)} has no alias ${quote(alias)}`, {
      hint: has === '' ? 'It has none.' : `It has ${has}.`,
    });
  }
  await version.save({ signal });
  await printLabels(invocation, version);
}
