import { confirm } from '../confirm.js';
import type { ExitCode } from '../failure/exit-codes.js';
import { createPartly } from '../failure/partly.js';
import type { Invocation } from '../invocation.js';
import { type Doomed, findDoomed, freesText, printDoomed } from '../keep/doomed-versions.js';
import { addressOf } from '../look/version-list.js';
import { countOf } from '../output/format.js';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { options, output, signal, whenStopped } = invocation;
  const partly = createPartly(output, signal);
  const doomed = await findDoomed(invocation, partly);
  if (doomed.length === 0) return partly.exitCode(0);
  if (options.has('dry-run')) {
    await printDoomed(invocation, doomed);
    output.talk(`would delete ${countOf(doomed.length, 'version')}${freesText(doomed)}; nothing was deleted`);
    return partly.exitCode(doomed.length);
  }
  if (output.isInteractive) for (const { version } of doomed) output.talk(`  ${version}`);
  await confirm(invocation, { ask: `Delete ${countOf(doomed.length, 'version')}${freesText(doomed)}?` });
  const deleted: Doomed[] = [];
  whenStopped(() => `deleted: ${deleted.map(({ version }) => addressOf(version)).join(', ') || 'nothing'}`);
  for (const each of doomed) {
    await partly.try(async () => {
      await each.version.delete({ deleteAliases: options.has('with-aliases'), signal });
      deleted.push(each);
    });
  }
  await printDoomed(invocation, deleted);
  if (deleted.length > 0) {
    output.talk(`deleted ${countOf(deleted.length, 'version')}${freesText(deleted)} at the next: cairn gc`);
    output.talk(
      `until then they come back with: cairn restore ${deleted.map(({ version }) => invocation.refOf(version)).join(' ')}`,
    );
  }
  return partly.exitCode(deleted.length);
}
