import { packPath } from '../packs/open-pack.js';
import { folderShelf } from '../packs/pack-shelf.js';
import type { MaintenanceContext } from './context.js';
import { dropPack } from './drop-packs.js';
import { readPackEnd } from './pack-end.js';
import { isIntact, scanRecords } from './pack-scan.js';
import type { IntactRecords, RewrittenPacks } from './rewrite-packs.js';

/** Packs in a folder. */
export function rewrittenFolder(context: MaintenanceContext): RewrittenPacks {
  const { fs, files, database, hasher, packs, temp, reader } = context;
  return {
    database,
    hasher,
    place: { fs: fs.sync, files, packs, temp },
    shelf: folderShelf(fs, packs),
    readEnd: ({ name }) => readPackEnd(context, name),
    async *intact({ id, name }, records, options): AsyncGenerator<IntactRecords> {
      for await (const window of scanRecords(files, packPath(packs, name), records, options)) {
        const read = window.records.map((record) => [record, window.bytesOf(record)] as const);
        const intact = read.filter(([record, bytes]) => isIntact(record, bytes, hasher));
        if (intact.length < read.length) await reader.suspect(id);
        yield intact;
      }
    },
    drop: (pack, options) => dropPack(context, pack, options),
  };
}
