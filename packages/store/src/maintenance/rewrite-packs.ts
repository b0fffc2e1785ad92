import { CairnError } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { OpenPack, packPath } from '../packs/open-pack.js';
import type { PackRecord } from '../packs/pack-format.js';
import { folderShelf } from '../packs/pack-shelf.js';
import type { RewriteOptions, Source } from './collected-packs.js';
import type { MaintenanceContext } from './context.js';
import { dropPack } from './drop-packs.js';
import { liveRecords, type Move, moveRows } from './move-rows.js';
import { readPackEnd } from './pack-end.js';
import { isIntact, scanRecords } from './pack-scan.js';

export interface FolderRewriteOptions extends RewriteOptions {
  /** Where the records of a pack are whose table is damaged. Default: such a pack is left alone. */
  readonly recordsOf?: ((source: Source) => Promise<readonly PackRecord[]>) | undefined;
}

/**
 * Copies what is live in packs to new ones, verified on the way, and removes the old ones. What is damaged stays where it
 * is, and its pack too.
 */
export async function rewritePacks(
  context: MaintenanceContext,
  sources: readonly Source[],
  { onSource, onWritten, recordsOf, ...options }: FolderRewriteOptions,
): Promise<void> {
  const { fs, files, database, hasher, packs, temp, reader } = context;
  const shelf = folderShelf(fs, packs);
  let out: OpenPack | undefined;
  let [size, createdAt] = [0, 0];
  let moves: Move[] = [];
  let copied: Source[] = [];

  try {
    for (const source of sources) {
      options.signal?.throwIfAborted();
      const end = readPackEnd(context, source.name);
      // Somebody else was faster, or it can't be told what is live.
      if (end.state !== 'intact' && recordsOf === undefined) continue;
      const records = end.state === 'intact' ? end.records : ((await recordsOf?.(source)) ?? []);
      createdAt = Math.max(createdAt, source.createdAt);
      await copy(source, await liveRecords(database, source.id, records, options));
      copied.push(source);
    }
    await flush();
  } catch (error) {
    out?.abandon();
    throw translateFsError(error, 'write to', packs);
  }

  async function copy(source: Source, records: readonly PackRecord[]): Promise<void> {
    for await (const window of scanRecords(files, packPath(packs, source.name), records, options)) {
      for (const record of window.records) {
        const bytes = window.bytesOf(record);
        if (!isIntact(record, bytes, hasher)) {
          await reader.suspect(source.id);
          continue;
        }
        out ??= new OpenPack({ fs: fs.sync, files, packs, temp });
        out.write(bytes);
        out.list(record.digest, record.kind, record.length);
        moves.push({ digest: record.digest, from: source.id, start: size });
        size += record.length;
      }
      if (out?.isFull) await flush();
    }
  }

  async function flush(): Promise<void> {
    if (out !== undefined) {
      const finished = out;
      out = undefined;
      try {
        const pack = finished.finish(hasher);
        if (await moveRows({ database, shelf }, { pack, createdAt, moves }, options)) onWritten(pack.size);
      } catch (error) {
        finished.abandon();
        // Somebody took the new pack for left over: what it was made of is still there.
        if (!CairnError.is(error, 'conflict')) throw error;
      }
    }
    for (const source of copied) onSource(source, await dropPack(context, source, options));
    [moves, copied, size, createdAt] = [[], [], 0, 0];
  }
}
