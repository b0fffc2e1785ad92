import { join } from 'node:path';
import { CairnError, type ContentAlgorithm, quote, readAll } from '@cairn/core';
import { type FileSystem, readFileChunks } from '@cairn/file';
import { type ChunkerParams, defaultChunker, parseChunker } from './chunker/chunker-params.js';
import { publishText } from './publish-text.js';

/**
 * What the file `FORMAT` of a store says, in one line of JSON. It is written last when a store is made, so a folder that
 * has it is a whole store.
 */
export interface StoreFormat {
  readonly algorithm: ContentAlgorithm;
  /** How large blobs are cut. */
  readonly chunker: ChunkerParams;
  /** How packs are encrypted, and digests in the database; `undefined` where nothing is. */
  readonly encryption?: 'aes-256-gcm' | undefined;
}

/** How blobs and catalog are laid out in the folder. A store with a later number is refused. */
const layoutVersion = 2;
/** The same where packs are encrypted, and digests in the database. */
const encryptedVersion = 4;
/** The same where only packs were. */
const halfEncryptedVersion = 3;

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
  await publishText(fs, folder, 'FORMAT', formatText(wanted));
  return (await readFormat(fs, folder)) ?? wanted;
}

/** That of a new store. */
export function newFormat({
  algorithm = 'blake3',
  encryption,
}: {
  readonly algorithm?: ContentAlgorithm | undefined;
  readonly encryption?: unknown;
}): StoreFormat {
  const format = { algorithm, chunker: defaultChunker };
  return encryption === undefined ? format : { ...format, encryption: 'aes-256-gcm' };
}

/** What `FORMAT` says of a new store. */
export function formatText(format: StoreFormat): string {
  const version = format.encryption === undefined ? layoutVersion : encryptedVersion;
  return `${JSON.stringify({ format: 'cairn-store', version, ...format })}\n`;
}

/** @throws CairnError `unsupported_format`. */
export function parseFormat(text: string, path: string): StoreFormat {
  let found: Partial<Record<'format' | 'version' | 'algorithm' | 'chunker' | 'encryption', unknown>>;
  try {
    found = Object(JSON.parse(text));
  } catch (cause) {
    throw unsupported(`${quote(path)} can't be read as JSON`, cause);
  }
  const { format, version, algorithm, chunker, encryption } = found;
  if (format !== 'cairn-store') throw unsupported(`${quote(path)} doesn't belong to a store`);
  if (version === halfEncryptedVersion) {
    throw unsupported(`${quote(path)} is that of a store whose database an earlier Cairn left unencrypted`);
  }
  const isEncrypted = version === encryptedVersion && encryption === 'aes-256-gcm';
  const isKnown = isEncrypted || (version === layoutVersion && encryption === undefined);
  if (!isKnown || (algorithm !== 'blake3' && algorithm !== 'sha256')) {
    throw unsupported(`${quote(path)} is that of another version of Cairn`);
  }
  const parsed = { algorithm, chunker: parseChunker(chunker, path) } as const;
  return isEncrypted ? { ...parsed, encryption: 'aes-256-gcm' } : parsed;
}

function unsupported(message: string, cause?: unknown): CairnError {
  return new CairnError('unsupported_format', message, {
    hint: 'Choose another place, or open it with the version of Cairn that made it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
