import type { SyncFileSystem } from '@cairn/file';
import {
  type NewPackFile,
  type PackFile,
  type PackFiles,
  packMode,
  plainFiles,
} from '../packs/pack-files.js';
import { readFully } from '../packs/read-fully.js';
import { closeQuietly, openToRead } from '../packs/read-only-files.js';
import { writeFully } from '../packs/write-fully.js';
import { blockBytes, type FileCipher, sealedBytes } from './file-cipher.js';
import {
  blocksOf,
  type DataKey,
  headerBytes,
  newHeader,
  openBlocks,
  packCipher,
  packSizeOf,
  placeOf,
} from './pack-cipher.js';

/** How many blocks are read or written by one call. */
const blocksAtOnce = 16;

/** Files that are what their packs are, or with a key such as hold their packs encrypted. */
export function packFiles(fs: SyncFileSystem, key: DataKey | undefined): PackFiles {
  if (key === undefined) return plainFiles(fs);
  return {
    open(path) {
      const file = openToRead(fs, path);
      try {
        return openEncrypted(fs, file, key);
      } catch (error) {
        closeQuietly(fs, file);
        throw error;
      }
    },
    create: (path) => createEncrypted(fs, path, key),
    packSize: packSizeOf,
  };
}

function openEncrypted(fs: SyncFileSystem, file: number, key: DataKey): PackFile {
  const stats = fs.fstatSync(file);
  const { size } = stats;
  const header = Buffer.alloc(headerBytes);
  const hasHeader =
    stats.isFile() &&
    readFully(fs, file, { buffer: header, length: headerBytes, position: 0 }) === headerBytes;
  const cipher = hasHeader ? packCipher(key, header) : undefined;
  let scratch: Uint8Array = new Uint8Array();

  /** Blocks as they are in the file, valid until the next call. */
  function sealed(length: number, position: number): Uint8Array {
    if (scratch.length < length) scratch = Buffer.allocUnsafe(length);
    return scratch.subarray(0, readFully(fs, file, { buffer: scratch, length, position }));
  }

  return {
    size: () => (stats.isFile() ? size : undefined),
    read({ buffer, at = 0, length, position }) {
      if (cipher === undefined) return 0;
      let filled = 0;
      while (filled < length) {
        const start = position + filled;
        const most = (Math.floor(start / blockBytes) + blocksAtOnce) * blockBytes;
        const part = { start, end: Math.min(position + length, most) };
        const blocks = blocksOf(part, size);
        const place = placeOf(blocks);
        const bytes = sealed(place.end - place.start, place.start);
        const count = openBlocks(cipher, blocks, bytes, part, buffer.subarray(at + filled));
        filled += count;
        if (count < part.end - part.start) break;
      }
      return filled;
    },
    close: () => closeQuietly(fs, file),
  };
}

function createEncrypted(fs: SyncFileSystem, path: string, key: DataKey): NewPackFile {
  const header = newHeader(key);
  const cipher = packCipher(key, header) as FileCipher;
  const file = fs.openSync(path, 'wx', packMode);
  /** What is to be written next. */
  const out = Buffer.allocUnsafe(blocksAtOnce * sealedBytes);
  let outEnd = header.length;
  out.set(header);
  /** The block that is being filled. Only what follows it says that it isn't the last. */
  const block = Buffer.allocUnsafe(blockBytes);
  let filled = 0;
  let index = 0;
  let size = 0;

  function flush(): void {
    writeFully(fs, file, out.subarray(0, outEnd));
    size += outEnd;
    outEnd = 0;
  }

  function seal(bytes: Uint8Array, isLast: boolean): void {
    if (outEnd + sealedBytes > out.length) flush();
    for (const part of cipher.seal(index, isLast, bytes)) {
      out.set(part, outEnd);
      outEnd += part.length;
    }
    index++;
  }

  return {
    append(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (filled === blockBytes) {
          seal(block, false);
          filled = 0;
        }
        const left = bytes.length - at;
        if (filled === 0 && left > blockBytes) {
          seal(bytes.subarray(at, at + blockBytes), false);
          at += blockBytes;
          continue;
        }
        const some = bytes.subarray(at, at + Math.min(left, blockBytes - filled));
        block.set(some, filled);
        filled += some.length;
        at += some.length;
      }
    },
    finish({ isDurable }) {
      seal(block.subarray(0, filled), true);
      flush();
      if (isDurable) fs.fsyncSync(file);
      return size;
    },
    close: () => fs.closeSync(file),
  };
}
