import { CairnError } from '@cairn/core';
import { Api, findStore } from '@cairn/sdk';
import { fillDemo } from '../demo/fill-demo.js';
import type { Invocation } from '../invocation.js';
import { addressOf, versionList } from '../look/version-list.js';
import { printList } from '../output/print-list.js';

export async function run({ output, signal, whenStopped, workspace }: Invocation): Promise<void> {
  whenStopped(() => 'what was logged by then stays; run it again to go on');
  if (await isThere(workspace(), signal)) {
    output.talk('the demo is here already');
  } else {
    await fillDemo({
      workspace: workspace(),
      signal,
      async onVersion(version) {
        output.talk(`  ${addressOf(version).padEnd(20)}  ${version.created ? 'new' : 'no change'}`);
      },
    });
  }
  const api = new Api(workspace());
  await printList(output, api.artifacts({ where: 'alias:latest', sort: 'name', signal }), versionList);
  if (!output.isTerminal) return;
  const next = ['cairn ls', 'cairn log weather-model --plot accuracy', 'cairn lineage weather-result --up'];
  output.talk(
    output.talkColors.dim(`\nlook around:\n  ${next.join('\n  ')}\n  cairn diff weather:v0 weather:v1`),
  );
}

/** Whether the last version of the history is there. */
async function isThere(
  workspace: ReturnType<Invocation['workspace']>,
  signal: AbortSignal,
): Promise<boolean> {
  if (!findStore(workspace.store, workspace).exists) return false;
  try {
    await new Api(workspace).artifact('weather-result:v1', { signal });
    return true;
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return false;
    throw error;
  }
}
