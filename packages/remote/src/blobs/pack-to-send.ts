import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Hasher } from '@cairn/core';
import { type FinishedPack, type PackRecord, PackTable, readTable } from '@cairn/store/engine';

/** A pack as it is sent. */
export interface PackToSend {
  /** In bytes. */
  readonly size: number;
  readonly open: () => Readable;
}

/** A pack of this machine with those of its records alone that are wanted; `undefined` when none is. */
export function packToSend(pack: FinishedPack, wanted: Uint8Array, hasher: Hasher): PackToSend | undefined {
  const records = [...readTable(pack.end)];
  const kept = records.filter((_, i) => wanted[i] === 1);
  if (kept.length === 0) return undefined;
  if (kept.length === records.length) {
    return { size: pack.size, open: () => createReadStream(pack.path, { highWaterMark }) };
  }
  const table = new PackTable();
  for (const { digest, kind, length } of kept) table.add(digest, kind, length);
  const end = table.end(hasher);
  const size = kept.reduce((sum, { length }) => sum + length, end.length);
  const pieces = [...inPieces(kept)];
  return { size, open: () => Readable.from(readPieces(pack.path, pieces, end)) };
}

const highWaterMark = 256 * 1024;

interface Piece {
  readonly start: number;
  end: number;
}

/** Records that lie one behind the other are read as one. */
function* inPieces(records: readonly PackRecord[]): Generator<Piece> {
  let piece: Piece | undefined;
  for (const { start, length } of records) {
    if (piece?.end === start) piece.end += length;
    else {
      if (piece !== undefined) yield piece;
      piece = { start, end: start + length };
    }
  }
  if (piece !== undefined) yield piece;
}

async function* readPieces(
  path: string,
  pieces: readonly Piece[],
  end: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { start, end: behind } of pieces) {
    if (start === behind) continue;
    yield* createReadStream(path, { start, end: behind - 1, highWaterMark }) as AsyncIterable<Uint8Array>;
  }
  yield end;
}
