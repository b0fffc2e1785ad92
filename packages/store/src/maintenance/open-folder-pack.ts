import { packPath } from '../packs/open-pack.js';
import type { PackUnderCheck } from './check-packs.js';
import type { MaintenanceContext } from './context.js';
import { readPackEnd } from './pack-end.js';
import type { PackRow } from './pack-rows.js';
import { scanRecords } from './pack-scan.js';

/** Opens a pack in a folder to look at all of it. */
export async function openFolderPack(
  context: MaintenanceContext,
  { id, name }: PackRow,
): Promise<PackUnderCheck> {
  const { files, packs, reader } = context;
  const before = reader.look(name);
  return {
    end: readPackEnd(context, name),
    scan: (records, options) => scanRecords(files, packPath(packs, name), records, options),
    isSuspect: () => reader.suspect(id),
    isRight: async () => (before === undefined ? undefined : reader.trust(id, before)),
  };
}
