import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CairnError, type ContentAlgorithm, quote, readAll } from '@cairn/core';
import { type FileSystem, readFileChunks, syncFolder } from '@cairn/file';
import { attempt } from './blobs/attempt.js';
import { giveName } from './blobs/give-name.js';
import { type ChunkerParams, parseChunker } from './chunker/chunker-params.js';
import { tempOf } from './store-folder.js';

/**
 * What the file `FORMAT` of a store says, in one line of JSON. It is written last when a store is made, so a folder that
 * has it is a whole store.
 */
export interface StoreFormat {
  readonly algorithm: ContentAlgorithm;
  /** How large blobs are cut. */
  readonly chunker: ChunkerParams;
}

/** How blobs and catalog are laid out in the folder. A store with a later number is refused. */
const layoutVersion = 2;

/** @throws CairnError `unsupported_format`. */
export async function readFormat(fs: FileSystem, folder: string): Promise<StoreFormat | undefined> {
  const path = join(folder, 'FORMAT');
  try {
    return parseFormat(new TextDecoder().decode(await readAll(readFileChunks(path, { fs }))), path);
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Writes `FORMAT` unless it is there, and returns what it says now: of several processes, the first decides. */
export async function settleFormat(
  fs: FileSystem,
  folder: string,
  wanted: StoreFormat,
): Promise<StoreFormat> {
  const path = join(folder, 'FORMAT');
  const staged = join(tempOf(folder), randomBytes(16).toString('hex'));
  const text = formatText(wanted);
  try {
    await attempt('write', path, writeDurably(fs, staged, text));
    await giveName(fs, staged, path);
  } finally {
    await fs.unlink(staged).catch(() => undefined);
  }
  await syncFolder(folder, { fs });
  return (await readFormat(fs, folder)) ?? wanted;
}

async function writeDurably(fs: FileSystem, path: string, text: string): Promise<void> {
  const file = await fs.open(path, 'wx');
  try {
    await file.write(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What `FORMAT` says of a new store. */
export function formatText(format: StoreFormat): string {
  return `${JSON.stringify({ format: 'cairn-store', version: layoutVersion, ...format })}\n`;
}

/** @throws CairnError `unsupported_format`. */
export function parseFormat(text: string, path: string): StoreFormat {
  let found: Partial<Record<'format' | 'version' | 'algorithm' | 'chunker', unknown>>;
  try {
    found = Object(JSON.parse(text));
  } catch (cause) {
    throw unsupported(`${quote(path)} can't be read as JSON`, cause);
  }
  const { format, version, algorithm, chunker } = found;
  if (format !== 'cairn-store') throw unsupported(`${quote(path)} doesn't belong to a store`);
  if (version !== layoutVersion || (algorithm !== 'blake3' && algorithm !== 'sha256')) {
    throw unsupported(`${quote(path)} is that of another version of Cairn`);
  }
  return { algorithm, chunker: parseChunker(chunker, path) };
}

function unsupported(message: string, cause?: unknown): CairnError {
  return new CairnError('unsupported_format', message, {
    hint: 'Choose another place, or open it with the version of Cairn that made it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
