import { randomBytes } from 'node:crypto';
import { blockBytes, FileCipher, sealedBytes } from './file-cipher.js';

/** What packs are encrypted with. Plain data, which goes to other threads. */
export interface DataKey {
  /** 8 bytes, which say nothing of the secret. */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

const magic = Buffer.from('CAIRNEP1');
const idBytes = 8;
const saltBytes = 32;
/** How many bytes a file with an encrypted pack has before its blocks: the magic, the id of the key, the salt. */
export const headerBytes: number = magic.length + idBytes + saltBytes;

export function newHeader({ id }: DataKey): Uint8Array {
  return Buffer.concat([magic, id, randomBytes(saltBytes)]);
}

/** What opens the blocks behind a header; `undefined` if it is none, or that of another key. */
export function packCipher({ id, secret }: DataKey, header: Uint8Array): FileCipher | undefined {
  const info = Buffer.concat([magic, id]);
  if (header.length !== headerBytes || !info.equals(header.subarray(0, info.length))) return undefined;
  return new FileCipher(secret, header.subarray(info.length), info);
}

/** How many bytes of a pack a file of so many bytes has. */
export function packSizeOf(fileSize: number): number {
  const sealed = Math.max(0, fileSize - headerBytes);
  const rest = (sealed % sealedBytes) - (sealedBytes - blockBytes);
  return Math.floor(sealed / sealedBytes) * blockBytes + Math.max(0, rest);
}

/** From where to where, in bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Blocks of a file that follow each other. */
export interface Blocks {
  readonly first: number;
  /** The one after the last of them. */
  readonly end: number;
  /** How many the file has. */
  readonly count: number;
}

/** The blocks that a part of a pack is in, as far as the file has them. */
export function blocksOf({ start, end }: Span, fileSize: number): Blocks {
  const count = Math.ceil(Math.max(0, fileSize - headerBytes) / sealedBytes);
  const first = Math.floor(start / blockBytes);
  return { first, end: Math.max(first, Math.min(Math.ceil(end / blockBytes), count)), count };
}

/** Where blocks are in their file, were all of them full. */
export function placeOf({ first, end }: Blocks): Span {
  return { start: headerBytes + first * sealedBytes, end: headerBytes + end * sealedBytes };
}

/**
 * Opens blocks, and puts the part of a pack that is in them into a buffer from its beginning.
 *
 * @param sealed The blocks, cut short where the file is.
 * @returns How much that was: less where the file ends, or from a block on that is not as it was written.
 */
export function openBlocks(
  cipher: FileCipher,
  { first, end, count }: Blocks,
  sealed: Uint8Array,
  part: Span,
  into: Uint8Array,
): number {
  let filled = 0;
  for (let index = first; index < end; index++) {
    const at = (index - first) * sealedBytes;
    const bytes = cipher.open(index, index === count - 1, sealed.subarray(at, at + sealedBytes));
    if (bytes === undefined) break;
    const start = index * blockBytes;
    const wanted = bytes.subarray(Math.max(0, part.start - start), part.end - start);
    into.set(wanted, filled);
    filled += wanted.length;
  }
  return filled;
}
