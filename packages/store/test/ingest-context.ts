import { readFileSync } from 'node:fs';
import { type Hasher, loadHasher } from '@cairn/core';
import { nodeFileSystem, type SyncFileSystem } from '@cairn/file';
import { createChunker } from '../src/chunker/chunker.js';
import type { ChunkerParams } from '../src/chunker/chunker-params.js';
import type { IngestContext } from '../src/ingest/ingestor.js';
import { type FinishedPack, packPath } from '../src/packs/open-pack.js';
import { plainFiles } from '../src/packs/pack-files.js';
import { readTable } from '../src/packs/pack-format.js';
import { decodeRecipe, decodeRows, segmentBytes } from '../src/packs/recipe.js';
import { packFolders } from './scratch.js';

export const hasher: Hasher = await loadHasher('blake3');

/** Small, so that little data has many chunks. */
export const smallChunks: ChunkerParams = { name: 'gear-v1', min: 1024, average: 2048, max: 8192 };

export interface ContextOptions {
  readonly fs?: SyncFileSystem;
  readonly chunks?: ChunkerParams;
  readonly partBytes?: number;
}

/** What an ingestor needs, with folders of its own. */
export function ingestContext(options: ContextOptions = {}): IngestContext {
  const { fs = nodeFileSystem.sync, chunks = smallChunks, partBytes = 64 * 1024 } = options;
  const room = segmentBytes(Math.ceil(partBytes / chunks.min));
  return {
    ...packFolders(),
    fs,
    files: plainFiles(fs),
    hasher,
    partBytes,
    chunker: createChunker(chunks, partBytes + room),
  };
}

/** The records of finished packs, by their digests in hexadecimal. */
export function recordsOf({ packs }: IngestContext, finished: readonly FinishedPack[]): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (const { name, end } of finished) {
    const bytes = readFileSync(packPath(packs, name));
    for (const { digest, start, length } of readTable(end)) {
      records.set(Buffer.from(digest).toString('hex'), bytes.subarray(start, start + length));
    }
  }
  return records;
}

/** Puts a large blob together, as its recipe says. */
export function assemble(recipe: Uint8Array, records: ReadonlyMap<string, Buffer>): Buffer {
  const read = (digest: Uint8Array) => records.get(Buffer.from(digest).toString('hex')) as Buffer;
  return Buffer.concat(
    decodeRecipe(recipe, hasher).flatMap((segment) =>
      decodeRows(read(segment.digest)).map((chunk) => read(chunk.digest)),
    ),
  );
}
