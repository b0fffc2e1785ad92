import { confirm } from '../confirm.js';
import { parseDuration } from '../duration.js';
import type { Invocation } from '../invocation.js';
import { withFolderStore } from '../keep/open-folder-store.js';
import { bytesText, countOf } from '../output/format.js';
import { printRecord } from '../output/print-list.js';
import { startSteps } from '../progress/start-steps.js';

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, progress, signal, whenStopped } = invocation;
  const grace = options.text('grace');
  const graceMs = grace === undefined ? undefined : grace === '0' ? 0 : parseDuration(grace, 'grace');
  if (options.has('dry-run')) return preview(invocation);
  const steps = startSteps(output, progress);
  const result = await withFolderStore(invocation, 'collecting garbage', async (store) => {
    await confirm(invocation, {
      ask: 'Remove what no version needs? Versions that were deleted do not come back then.',
    });
    whenStopped(() => 'what was freed by then is; run it again to go on');
    return store.gc({
      graceMs,
      maxDead: options.has('all') ? 0 : undefined,
      signal,
      onProgress: ({ phase, done, total }) =>
        steps.tell({
          phase,
          done,
          total,
          text: total === undefined ? phase : `${phase}  ${done} of ${total} packs`,
        }),
    });
  }).finally(steps.stop);
  const { freedBytes, objects, packs, leftovers, dead } = result;
  if (output.format === 'json') {
    return printRecord(output, {
      ...{ freedBytes, objects: objects.count, packsRemoved: packs.removed, packsWritten: packs.written },
      ...{ leftovers: leftovers.count, keptBytes: dead },
    });
  }
  await output.write(
    output.isQuiet || !output.isTerminal ? `${freedBytes}\n` : `${bytesText(freedBytes)} freed\n`,
  );
  output.talk(`${countOf(objects.count, 'object')} in ${countOf(packs.removed, 'pack')} removed`);
  if (dead.young > 0) output.talk('what was stored too short a time ago stays for now');
  if (dead.tolerated > 0)
    output.talk(`${bytesText(dead.tolerated)} stay, as there is too little in one pack; --all frees them`);
  if (dead.damaged > 0) output.talk(`${bytesText(dead.damaged)} stay in damaged packs; see cairn verify`);
  if (dead.disk_full > 0)
    output.talk(`${bytesText(dead.disk_full)} stay, as the disk has no room to write packs anew`);
}

async function preview(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation;
  const { deadBytes, strayBytes } = await withFolderStore(invocation, 'collecting garbage', (store) =>
    store.stats({ signal }),
  );
  const freedBytes = deadBytes + strayBytes;
  if (output.format === 'json') {
    const unknown = {
      objects: null,
      packsRemoved: null,
      packsWritten: null,
      leftovers: null,
      keptBytes: null,
    };
    return printRecord(output, { freedBytes, ...unknown });
  }
  await output.write(
    output.isQuiet || !output.isTerminal ? `${freedBytes}\n` : `up to ${bytesText(freedBytes)}\n`,
  );
  output.talk('nothing was removed; what was stored a short time ago would stay');
}
