import type { CallOptions, ObjectStore, SignedRequest } from '@cairn/core';
import { recipeKind } from '../packs/pack-format.js';
import { findPack, keyOf } from '../packs/pack-index.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';
import { packKey } from './bucket-packs.js';
import { type BlobPart, type PackRun, type PlacedChunk, partsOfBlob } from './direct-parts.js';

/** How the next bytes of a large blob can be read from the bucket, by who has no credentials for it. */
export interface DirectPlan {
  /** One behind the other; the first has the byte that was asked for, and they may end before the blob does. */
  readonly parts: readonly DirectPart[];
}

export interface DirectPart {
  /** Where in the blob it begins, in bytes. */
  readonly start: number;
  readonly end: number;
  /** What brings its bytes; absent where they lie here and there, and the store has to gather them. */
  readonly direct?: DirectRange;
}

export interface DirectRange {
  /** A secret that lasts {@link signedSeconds}. */
  readonly request: SignedRequest;
  /**
   * What comes: a digest (32 bytes) and a length (4, little-endian) for each chunk, in order. A digest of zeros is that of
   * bytes to be passed over.
   */
  readonly rows: Uint8Array;
}

export interface DirectContext {
  readonly signRead: NonNullable<ObjectStore['signRead']>;
  readonly database: Database;
  readonly reader: RecordReader;
}

/** Long enough to begin with all requests of a plan on a slow line, in seconds. */
const signedSeconds = 300;
/** A plan ends behind the segment that brings it to so many bytes. */
const planBytes = 128 * 1024 * 1024;

/**
 * Plans how to read a blob from a place in it on. Whoever gets the plan can read what is in the blob, and nothing else.
 *
 * @param at In the blob, in bytes.
 * @returns `undefined` for a blob that isn't large, and where nothing can be signed.
 * @throws CairnError `not_found`, `integrity_mismatch`, `unavailable`.
 */
export async function planDirectRead(
  context: DirectContext,
  digest: Uint8Array,
  at: number,
  options: CallOptions,
): Promise<DirectPlan | undefined> {
  const { reader } = context;
  const record = await reader.fetch(digest, options);
  if (record.location.kind !== recipeKind) return undefined;
  const segments = [];
  let [start, end] = [0, 0];
  for (const segment of await reader.segments(record)) {
    if (end - start >= planBytes) break;
    if (end + segment.length <= at) start += segment.length;
    else segments.push(segment);
    end += segment.length;
  }
  if (segments.length === 0) return { parts: [] };
  const rows = (await Promise.all(segments.map((segment) => reader.chunks(segment, options)))).flat();
  const found = await reader.find(
    [...segments, ...rows].map((row) => row.digest),
    options,
  );
  const chunks: PlacedChunk[] = [];
  for (const row of rows) {
    if (chunks.length === 0 && start + row.length <= at) start += row.length;
    else chunks.push({ ...row, location: found.get(keyOf(row.digest)) });
  }
  const fillers = segments.flatMap((row) => found.get(keyOf(row.digest)) ?? []);
  const parts = await signParts(context, partsOfBlob(chunks, fillers, start), options);
  return parts.some(({ direct }) => direct !== undefined) ? { parts } : undefined;
}

async function signParts(
  { signRead, database }: DirectContext,
  parts: readonly BlobPart[],
  options: CallOptions,
): Promise<DirectPart[]> {
  const names = new Map<number, string | undefined>();
  for (const { run } of parts) {
    if (run === undefined || names.has(run.packId)) continue;
    names.set(run.packId, (await database.read(() => findPack(run.packId), options))?.name);
  }
  const sign = async ({ packId, start, end, rows }: PackRun): Promise<DirectRange | undefined> => {
    const name = names.get(packId);
    if (name === undefined) return undefined;
    const signed = { ...options, seconds: signedSeconds };
    const request = await signRead(packKey(name), { start, end }, signed);
    return request === undefined ? undefined : { request, rows };
  };
  return Promise.all(
    parts.map(async ({ start, end, run }) => {
      const direct = run === undefined ? undefined : await sign(run);
      return direct === undefined ? { start, end } : { start, end, direct };
    }),
  );
}
