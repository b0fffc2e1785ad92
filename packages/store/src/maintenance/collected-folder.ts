import type { CollectedPacks } from './collected-packs.js';
import { checkWritable, type MaintenanceContext } from './context.js';
import { dropPack } from './drop-packs.js';
import { rewritePacks } from './rewrite-packs.js';
import { rewrittenFolder } from './rewritten-folder.js';
import { sweepPacks, sweepTemp } from './sweep.js';

/** After how long without a change a temporary file counts as left over, in milliseconds, whatever the grace time. */
const tempAgeMs = 24 * 3_600_000;

/** What garbage collection does with packs in a folder. */
export function collectedFolder(context: MaintenanceContext): CollectedPacks {
  return {
    packSize: context.files.packSize,
    now: async () => context.now(),
    async sweep(before, options) {
      checkWritable(context);
      const temp = sweepTemp(context, Math.min(before, context.now() - tempAgeMs));
      const packs = await sweepPacks(context, before, options);
      return { files: temp.files + packs.files, bytes: temp.bytes + packs.bytes };
    },
    drop: (pack, options) => dropPack(context, pack, options),
    rewrite: (sources, options) => rewritePacks(rewrittenFolder(context), sources, options),
  };
}
