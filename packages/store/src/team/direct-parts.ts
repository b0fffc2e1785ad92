import { digestBytes } from '../packs/pack-format.js';
import type { Location } from '../packs/pack-index.js';
import { encodeRows, type RecipeRow } from '../packs/recipe.js';

/** A chunk of a large blob, and where its record is; absent where it isn't known. */
export interface PlacedChunk extends RecipeRow {
  readonly location: Pick<Location, 'packId' | 'start'> | undefined;
}

/** A record of a pack that holds no bytes of the blob, and belongs to nobody who may not read the blob: a segment of it. */
export type Filler = Pick<Location, 'packId' | 'start' | 'length'>;

/** A part of a blob. */
export interface BlobPart {
  /** Where in the blob it begins, in bytes. */
  readonly start: number;
  readonly end: number;
  /** Where its bytes lie one behind the other; absent where they lie here and there. */
  readonly run?: PackRun;
}

/** Records that lie one behind the other in a pack, with nothing between them. */
export interface PackRun {
  readonly packId: number;
  readonly start: number;
  readonly end: number;
  /** Rows of the records, in their order, as in a recipe. A digest of zeros is that of bytes to be passed over. */
  readonly rows: Uint8Array;
}

/** The longest part that one request fetches, but for a chunk that is longer, in bytes. */
const maxRunBytes = 8 * 1024 * 1024;
/** To ask for less by a request of its own costs more than it spares, in bytes. */
const minRunBytes = 512 * 1024;
const passedOver = new Uint8Array(digestBytes);

/**
 * Cuts a blob into parts that are each in one place of a pack. A run has nothing in it but these chunks and, between them, these
 * fillers: whatever else is in the pack may be other projects'.
 *
 * @param at Where in the blob the first chunk begins.
 */
export function partsOfBlob(
  chunks: readonly PlacedChunk[],
  fillers: readonly Filler[],
  at: number,
): readonly BlobPart[] {
  const fillerAt = new Map(fillers.map((filler) => [`${filler.packId}/${filler.start}`, filler]));
  const parts: BlobPart[] = [];
  let start = at;
  let end = at;
  let run: { packId: number; start: number; end: number; rows: RecipeRow[] } | undefined;

  for (const { digest, length, location } of chunks) {
    const between = run === undefined || location === undefined ? undefined : fillersTo(run, location);
    if (
      run !== undefined &&
      between !== undefined &&
      run.end + between.bytes + length - run.start <= maxRunBytes
    ) {
      run.rows.push(...between.rows, { digest, length });
      run.end += between.bytes + length;
    } else {
      close();
      if (location !== undefined) {
        const { packId, start: from } = location;
        run = { packId, start: from, end: from + length, rows: [{ digest, length }] };
      }
    }
    end += length;
  }
  close();
  return parts;

  /** What lies between a run and a chunk behind it; `undefined` when that is anything but fillers. */
  function fillersTo(
    { packId, end: from }: { readonly packId: number; readonly end: number },
    to: Pick<Location, 'packId' | 'start'>,
  ): { readonly rows: RecipeRow[]; readonly bytes: number } | undefined {
    if (to.packId !== packId) return undefined;
    const rows: RecipeRow[] = [];
    let place = from;
    while (place < to.start) {
      const length = fillerAt.get(`${packId}/${place}`)?.length ?? 0;
      if (length === 0) return undefined;
      rows.push({ digest: passedOver, length });
      place += length;
    }
    return place === to.start ? { rows, bytes: place - from } : undefined;
  }

  function close(): void {
    const last = parts.at(-1);
    if (run !== undefined && run.end - run.start >= minRunBytes) {
      parts.push({ start, end, run: { ...run, rows: encodeRows(run.rows) } });
    } else if (start < end) {
      if (last !== undefined && last.run === undefined) parts[parts.length - 1] = { ...last, end };
      else parts.push({ start, end });
    }
    run = undefined;
    start = end;
  }
}
