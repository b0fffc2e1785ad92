import { CairnError, type CallOptions, type Hasher } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { type FinishedPack, OpenPack, type PackPlace } from '../packs/open-pack.js';
import type { PackRecord } from '../packs/pack-format.js';
import type { PackShelf } from '../packs/pack-shelf.js';
import type { Database } from '../sql/database.js';
import type { RewriteOptions } from './collected-packs.js';
import type { Dropped } from './drop-packs.js';
import { liveRecords, type Move, moveRows } from './move-rows.js';
import { objectsOfPack } from './object-rows.js';
import type { PackEnd } from './pack-end.js';
import { allPacks, type PackRow } from './pack-rows.js';
import type { Problems } from './problems.js';

/** Where packs are written anew. */
export interface RewrittenPacks {
  readonly database: Database;
  readonly hasher: Hasher;
  /** Where new packs are written. */
  readonly place: PackPlace;
  readonly shelf: PackShelf;
  readEnd(pack: PackRow, options: CallOptions): PackEnd | Promise<PackEnd>;
  /** Those of some records of a pack that are as they were written, with their bytes, which are valid until the next ones. */
  intact(pack: PackRow, records: readonly PackRecord[], options: CallOptions): AsyncIterable<IntactRecords>;
  /** Brings a new pack from its place to where it stays, if that is elsewhere. */
  ship?(pack: FinishedPack, options: CallOptions): Promise<void>;
  /** Removes what is condemned in a pack, and the pack itself if nothing is left in it. */
  drop(pack: PackRow, options: CallOptions): Promise<Dropped>;
}

export type IntactRecords = readonly (readonly [PackRecord, Uint8Array])[];

export interface AllRewriteOptions extends RewriteOptions {
  /** Where the records of a pack are whose table can't be read. Default: such a pack is left alone. */
  readonly recordsOf?: ((source: PackRow) => Promise<readonly PackRecord[]>) | undefined;
}

/**
 * Copies what is live in packs to new ones, verified on the way, and removes the old ones. What is damaged stays where it
 * is, and its pack too.
 */
export async function rewritePacks(
  packs: RewrittenPacks,
  sources: readonly PackRow[],
  { onSource, onWritten, recordsOf, ...options }: AllRewriteOptions,
): Promise<void> {
  const { database, hasher, place, shelf } = packs;
  let out: OpenPack | undefined;
  let [size, createdAt] = [0, 0];
  let moves: Move[] = [];
  let copied: PackRow[] = [];

  try {
    for (const source of sources) {
      options.signal?.throwIfAborted();
      const end = await packs.readEnd(source, options);
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
    throw translateFsError(error, 'write to', place.packs);
  }

  async function copy(source: PackRow, records: readonly PackRecord[]): Promise<void> {
    for await (const some of packs.intact(source, records, options)) {
      for (const [{ digest, kind, length }, bytes] of some) {
        out ??= new OpenPack(place);
        out.write(bytes);
        out.list(digest, kind, length);
        moves.push({ digest, from: source.id, start: size });
        size += length;
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
        await packs.ship?.(pack, options);
        if (await moveRows({ database, shelf }, { pack, createdAt, moves }, options)) onWritten(pack.size);
      } catch (error) {
        finished.abandon();
        // Somebody took the new pack for left over: what it was made of is still there.
        if (!CairnError.is(error, 'conflict')) throw error;
      }
    }
    for (const source of copied) onSource(source, await packs.drop(source, options));
    [moves, copied, size, createdAt] = [[], [], 0, 0];
  }
}

/** Writes the packs anew that have problems, those whose tables can't be read too. */
export async function rewriteDamaged(
  packs: RewrittenPacks,
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { database } = packs;
  const sources = (await allPacks(database, options)).filter(({ name }) => problems.packs.has(name));
  await rewritePacks(packs, sources, {
    ...options,
    recordsOf: ({ id }) => objectsOfPack(database, id, options),
    onSource: () => undefined,
    onWritten: () => undefined,
  });
}
