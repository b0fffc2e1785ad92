import type { CallOptions } from '@cairn/core';
import { readEpoch } from '../packs/pack-index.js';
import { StatCache } from '../stat-cache/stat-cache.js';
import { lacksOf } from './lacks.js';
import { makeRows, type RowsContext } from './make-rows.js';
import type { PackHome } from './pack-home.js';
import { Reliability } from './reliability.js';

/** Packs stay where they are made, in a folder, and a database has their index and remembers files. */
export function folderHome(context: RowsContext): PackHome {
  const { database, reader } = context;
  return {
    async begin(options) {
      const basis = await database.read(readEpoch, options);
      const reliable = new Reliability(reader, options);
      const { damaged } = reliable;
      const seen = new StatCache(context, basis);
      return {
        seen,
        lacks: (digests, call) => lacksOf(reader, reliable, digests, call),
        add: (pack, call) => makeRows(context, { pack, recipes: [], basis, damaged }, call),
        async finish(last, call: CallOptions) {
          const also = () => seen.save();
          // In one transaction with the last pack, for each takes its time to be durable.
          if (last !== undefined) await makeRows(context, { ...last, basis, damaged, also }, call);
          else if (!seen.isEmpty) await database.write(also, call);
        },
      };
    },
  };
}
