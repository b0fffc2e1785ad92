import { CairnError, type CallOptions } from '@cairn/core';
import { bytesOnDisk } from '../packs/pack-format.js';
import { indexIncomplete, isIndexWhole } from './check-index.js';
import type { CollectedPacks } from './collected-packs.js';
import { condemnGarbage, readRepairs } from './condemn.js';
import type { NeedsContext } from './context.js';
import type { Dropped } from './drop-packs.js';
import { forgetLinks } from './forget-links.js';
import { Marks } from './marks.js';
import { allPacks, type PackUse, packUse } from './pack-rows.js';

export interface GcOptions extends CallOptions {
  /**
   * What was stored less than so many milliseconds ago stays, needed or not: somebody may be about to log it. Smaller
   * values make those store it again, and nothing worse. Default: an hour.
   */
  readonly graceMs?: number | undefined;
  /**
   * How much of a pack may be dead weight, from 0 to 1, before what lives in it is copied to a new one. Default: 0.05. With
   * 0 every byte is freed that can be.
   */
  readonly maxDead?: number | undefined;
  readonly onProgress?: ((event: GcProgress) => void) | undefined;
}

/** `mark`: what is needed is found out. `condemn`: what isn't is looked for. `compact`: space is freed, in packs. */
export interface GcProgress {
  readonly phase: 'mark' | 'condemn' | 'compact';
  readonly done: number;
  /** `undefined` until that is known. */
  readonly total: number | undefined;
}

/** Why dead weight stays. */
export type DeadReason = 'young' | 'tolerated' | 'damaged' | 'disk_full';

export interface GcResult {
  /** By how many bytes the files of the store shrank: those removed less those written. The catalog is not counted. */
  readonly freedBytes: number;
  /** What was removed of the index. `bytes` are those of the records alone. */
  readonly objects: { readonly count: number; readonly bytes: number };
  readonly packs: { readonly removed: number; readonly written: number };
  /** Files that somebody who died left behind. */
  readonly leftovers: { readonly count: number; readonly bytes: number };
  /** Bytes in packs that nothing needs and that stay, by why. What is `young` goes when it is older. */
  readonly dead: Readonly<Record<DeadReason, number>>;
}

const hourMs = 3_600_000;
/** A pack is small below this many bytes: an eighth of a full one. */
const smallBytes = 6 * 1024 * 1024;
/** So many small packs are made one. */
const manySmall = 16;

/**
 * Removes what no version needs; see `docs/decisions/009-engine.md`. Safe beside writers, readers and other collections of
 * garbage; what is interrupted is finished by the next.
 *
 * @throws CairnError `integrity_mismatch` when a manifest can't be read, or the index lacks something that a version needs, before
 * anything is removed; `storage_readonly`, `storage_full`, `unavailable`.
 */
export async function collectGarbage(
  context: NeedsContext,
  collected: CollectedPacks,
  { graceMs = hourMs, maxDead = 0.05, onProgress = () => undefined, ...options }: GcOptions = {},
): Promise<GcResult> {
  options.signal?.throwIfAborted();
  const { database } = context;
  const before = (await collected.now(options)) - graceMs;
  const sum = {
    freedBytes: 0,
    objects: { count: 0, bytes: 0 },
    packs: { removed: 0, written: 0 },
    leftovers: { count: 0, bytes: 0 },
    dead: { young: 0, tolerated: 0, damaged: 0, disk_full: 0 },
  };
  onProgress({ phase: 'mark', done: 0, total: undefined });
  const marks = await markNeeds(context, options);
  // What needs no space comes first: the disk may be full.
  const { files, bytes } = await collected.sweep(before, options);
  sum.leftovers.count += files;
  sum.leftovers.bytes += bytes;
  sum.freedBytes += bytes;

  onProgress({ phase: 'condemn', done: 0, total: undefined });
  const old = new Set<number>();
  for (const { id, createdAt } of await allPacks(database, options)) if (createdAt <= before) old.add(id);
  await condemnGarbage(context, marks, {
    ...options,
    isOld: (packId) => old.has(packId),
    onYoung: (length) => {
      sum.dead.young += bytesOnDisk(length);
    },
  });

  const isOld = ({ id }: PackUse) => old.has(id);
  const packs = (await packUse(database, collected.packSize, options)).filter(isOld);
  const dead = packs.filter(({ live }) => live === 0);
  const toRewrite = choose(packs, maxDead);
  const total = dead.length + toRewrite.length;
  let done = 0;
  const onDropped = ({ bytes, objects }: Dropped) => {
    sum.objects.count += objects.count;
    sum.objects.bytes += objects.bytes;
    if (bytes !== undefined) {
      sum.packs.removed++;
      sum.freedBytes += bytes;
    }
    onProgress({ phase: 'compact', done: ++done, total });
  };
  onProgress({ phase: 'compact', done, total });
  for (const pack of dead) {
    options.signal?.throwIfAborted();
    onDropped(await collected.drop(pack, options));
  }
  const isFull = await collected
    .rewrite(toRewrite, {
      ...options,
      onSource: (_, dropped) => onDropped(dropped),
      onWritten(bytes) {
        sum.packs.written++;
        sum.freedBytes -= bytes;
      },
    })
    .then(
      () => false,
      (error: unknown) => {
        if (CairnError.is(error, 'storage_full')) return true;
        throw error;
      },
    );

  await forgetLinks(database, options);
  const chosen = new Set([...dead, ...toRewrite].map(({ id }) => id));
  for (const pack of await packUse(database, collected.packSize, options)) {
    const reason = !isOld(pack)
      ? 'young'
      : chosen.has(pack.id)
        ? isFull
          ? 'disk_full'
          : 'damaged'
        : 'tolerated';
    sum.dead[reason] += Math.max(0, pack.deadBytes);
  }
  return sum;
}

/** Marks what versions need. @throws CairnError `integrity_mismatch` when that isn't known, or not all of it is in the index. */
async function markNeeds(context: NeedsContext, options: CallOptions): Promise<Marks> {
  // Versions may be deleted meanwhile, and collected by somebody else.
  for (let tries = 1; tries <= 2; tries++) {
    const marks = new Marks(context, await context.database.read(readRepairs, options), options);
    await marks.addVersions();
    if (await isIndexWhole(context.database, marks, options)) return marks;
  }
  throw indexIncomplete();
}

/** The packs that are worth being written anew: those with much dead weight, and small ones if there are many. */
function choose(packs: readonly PackUse[], maxDead: number): PackUse[] {
  const inUse = packs.filter(({ live }) => live > 0);
  const isWasteful = ({ deadBytes, size }: PackUse) => deadBytes > maxDead * size;
  const isSmall = ({ liveBytes }: PackUse) => liveBytes < smallBytes;
  const smallCount = inUse.filter(isSmall).length;
  return inUse.filter((pack) => isWasteful(pack) || (smallCount >= manySmall && isSmall(pack)));
}
