import type { CallOptions, Hasher } from '@cairn/core';
import { decodeRows, type RecipeRow } from '@cairn/store/engine';
import { nameDigest, type PlannedPart } from '../protocol/index.js';
import type { BucketLine } from './bucket-line.js';
import { DirectFailure } from './direct-failure.js';

/** What came of a part. */
export interface FetchedPart {
  /** Chunks from its beginning on, each verified. */
  readonly chunks: readonly Uint8Array[];
  /** Why there are no more of them than these. */
  readonly failure?: DirectFailure;
}

/** The most bytes that one request may bring. */
const maxPartBytes = 16 * 1024 * 1024;

/** Fetches a part from the bucket. Rejects only when it is aborted. */
export async function fetchPart(
  line: BucketLine,
  hasher: Hasher,
  { start, end, request }: PlannedPart,
  options: CallOptions,
): Promise<FetchedPart> {
  const chunks: Uint8Array[] = [];
  const failed = (failure: DirectFailure): FetchedPart => ({ chunks, failure });
  if (request === undefined) return failed(new DirectFailure('wrong'));
  const rows = decodeRows(Buffer.from(request.rows, 'base64'));
  const total = rows.reduce((sum, { length }) => sum + length, 0);
  const ofBlob = rows.reduce((sum, row) => sum + (isPassedOver(row) ? 0 : row.length), 0);
  if (ofBlob !== end - start || total > maxPartBytes) return failed(new DirectFailure('wrong'));
  const buffer = Buffer.allocUnsafe(total);
  let filled = 0;
  let taken = 0;
  let next = 0;
  try {
    const { body } = await line.get(request, options);
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      if (filled + piece.length > total) return failed(new DirectFailure('wrong'));
      buffer.set(piece, filled);
      filled += piece.length;
      for (let row = rows[next]; row !== undefined && taken + row.length <= filled; row = rows[next]) {
        const chunk = buffer.subarray(taken, taken + row.length);
        taken += row.length;
        next++;
        if (isPassedOver(row)) continue;
        if (hasher.hash(chunk) !== nameDigest(hasher.algorithm, row.digest)) {
          return failed(new DirectFailure('wrong'));
        }
        chunks.push(chunk);
      }
    }
    return filled === total ? { chunks } : failed(new DirectFailure('passing'));
  } catch (error) {
    options.signal?.throwIfAborted();
    return failed(error instanceof DirectFailure ? error : new DirectFailure('passing', { cause: error }));
  }
}

function isPassedOver({ digest }: RecipeRow): boolean {
  return digest.every((byte) => byte === 0);
}
