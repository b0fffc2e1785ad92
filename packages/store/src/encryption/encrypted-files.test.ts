import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem } from '@cairn/file';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, openFiles, scratchFolder } from '../../test/scratch.js';
import { packFiles } from './encrypted-files.js';
import { newDataKey } from './keys-text.js';
import type { DataKey } from './pack-cipher.js';

const block = 64 * 1024;
const key = newDataKey();
const files = packFiles(nodeFileSystem.sync, key);

/** Writes a file in pieces of these lengths, one after the other again and again. */
function write(path: string, bytes: Uint8Array, lengths: readonly number[] = [bytes.length]): number {
  const file = files.create(path);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] as number;
    file.append(bytes.subarray(at, at + length));
    at += length;
  }
  const size = file.finish({ isDurable: false });
  file.close();
  return size;
}

function read(path: string, start: number, length: number, by: DataKey = key): Uint8Array {
  const file = packFiles(nodeFileSystem.sync, by).open(path);
  try {
    const buffer = new Uint8Array(length + 2).fill(7);
    const filled = file.read({ buffer, at: 1, length, position: start });
    expect([buffer[0], ...buffer.subarray(1 + filled)].every((byte) => byte === 7)).toBe(true);
    return buffer.subarray(1, 1 + filled);
  } finally {
    file.close();
  }
}

describe('an encrypted file', () => {
  it('gives every part of what was written, in whatever pieces', () => {
    const folder = scratchFolder();
    const near = fc.tuple(fc.integer({ min: 0, max: 35 }), fc.integer({ min: -2, max: 2 }));
    const place = near.map(([blocks, more]) => Math.max(0, blocks * block + more));
    let count = 0;
    fc.assert(
      fc.property(
        place,
        fc.array(fc.oneof(fc.integer({ min: 1, max: 3 * block }), fc.constant(block)), { minLength: 1 }),
        fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 5 }),
        (length, pieces, parts) => {
          const bytes = noise(length, length + 1);
          const path = join(folder, `${count++}`);
          const size = write(path, bytes, pieces);
          expect(size).toBe(readFileSync(path).length);
          expect(files.packSize(size)).toBe(length);
          for (const [start, wanted] of parts) {
            const part = bytes.subarray(start, start + wanted);
            expect(Buffer.compare(read(path, start, wanted), part)).toBe(0);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says nothing of its bytes, not even whether they are those of another file', () => {
    const folder = scratchFolder();
    const bytes = Buffer.alloc(3 * block);
    const [one, other] = ['one', 'other'].map((name) => {
      write(join(folder, name), bytes);
      return readFileSync(join(folder, name));
    }) as [Buffer, Buffer];
    const blocks = [one, other].flatMap((file) =>
      [0, 1, 2].map((i) => file.toString('hex', 48 + i * (block + 16), 48 + i * (block + 16) + block)),
    );
    expect(new Set(blocks).size).toBe(6);
  });

  it('reads up to what was changed, moved, cut off or put behind it', () => {
    const folder = scratchFolder();
    const path = join(folder, 'file');
    const bytes = noise(3 * block);
    write(path, bytes);
    const whole = readFileSync(path);
    const sealed = (i: number) => whole.subarray(48 + i * (block + 16), 48 + (i + 1) * (block + 16));
    const header = whole.subarray(0, 48);
    const flipped = (at: number) => {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ 0x80;
      return changed;
    };
    write(join(folder, 'other'), bytes);
    const foreign = readFileSync(join(folder, 'other')).subarray(48, 48 + block + 16);
    const cases: [what: string, file: Uint8Array, blocks: number][] = [
      ['as it was', whole, 3],
      ['the magic', flipped(3), 0],
      ['the id of the key', flipped(9), 0],
      ['the salt', flipped(20), 0],
      ['a byte of the second block', flipped(48 + block + 16 + 5), 1],
      ['the tag of the second block', flipped(48 + 2 * (block + 16) - 1), 1],
      ['the last byte', flipped(whole.length - 1), 2],
      ['blocks in another order', Buffer.concat([header, sealed(1), sealed(0), sealed(2)]), 0],
      ['a block twice', Buffer.concat([header, sealed(0), sealed(0), sealed(2)]), 1],
      ['a block of another file', Buffer.concat([header, foreign, sealed(1), sealed(2)]), 0],
      ['without its last block', Buffer.concat([header, sealed(0), sealed(1)]), 1],
      ['without its last byte', whole.subarray(0, -1), 2],
      ['with a byte more', Buffer.concat([whole, Buffer.of(0)]), 2],
      ['a block more', Buffer.concat([whole, sealed(2)]), 2],
      ['nothing but the header', header, 0],
      ['nothing', Buffer.alloc(0), 0],
    ];
    for (const [what, file, blocks] of cases) {
      writeFileSync(join(folder, 'changed'), file);
      const found = read(join(folder, 'changed'), 0, bytes.length + block);
      expect(Buffer.compare(found, bytes.subarray(0, blocks * block)), what).toBe(0);
      expect(found.length, what).toBe(blocks * block);
    }
  });

  it('is nothing to another key', () => {
    const path = join(scratchFolder(), 'file');
    write(path, noise(100));
    expect(read(path, 0, 100)).toHaveLength(100);
    expect(read(path, 0, 100, newDataKey())).toHaveLength(0);
    expect(read(path, 0, 100, { id: key.id, secret: randomBytes(32) })).toHaveLength(0);
  });

  it('leaves no file open, whatever is there', () => {
    const folder = scratchFolder();
    const before = openFiles();
    const path = join(folder, 'file');
    write(path, noise(100));
    copyFileSync(path, join(folder, 'copy'));
    expect(read(join(folder, 'copy'), 10, 20)).toEqual(new Uint8Array(noise(100).subarray(10, 30)));
    const file = files.open(folder);
    expect(file.size()).toBeUndefined();
    expect(file.read({ buffer: new Uint8Array(1), length: 1, position: 0 })).toBe(0);
    file.close();
    expect(openFiles()).toBe(before);
  });
});
