import type { Version } from '@cairn/sdk';
import { confirm } from '../confirm.js';
import type { Invocation } from '../invocation.js';
import { findDoomed, freesText, printDoomed } from '../keep/doomed-versions.js';
import { addressOf } from '../look/version-list.js';
import { countOf } from '../output/format.js';

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, signal, whenStopped } = invocation;
  const doomed = await findDoomed(invocation);
  if (options.has('dry-run')) {
    await printDoomed(output, doomed);
    output.talk(`would delete ${countOf(doomed.length, 'version')}${freesText(doomed)}; nothing was deleted`);
    return;
  }
  if (output.isInteractive) for (const { version } of doomed) output.talk(`  ${version}`);
  await confirm(invocation, { ask: `Delete ${countOf(doomed.length, 'version')}${freesText(doomed)}?` });
  const deleted: Version[] = [];
  whenStopped(() => `deleted: ${deleted.map(addressOf).join(', ') || 'nothing'}`);
  for (const { version } of doomed) {
    await version.delete({ deleteAliases: options.has('with-aliases'), signal });
    deleted.push(version);
  }
  await printDoomed(output, doomed);
  output.talk(`deleted ${countOf(doomed.length, 'version')}${freesText(doomed)} at the next: cairn gc`);
}
