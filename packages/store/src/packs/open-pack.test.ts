import { readdirSync, readFileSync, statSync } from 'node:fs';
import { loadHasher } from '@cairn/core';
import { nodeFileSystem, type SyncFileSystem, stampOf } from '@cairn/file';
import { describe, expect, it } from 'vitest';
import { noise, openFiles, packFolders } from '../../test/scratch.js';
import { OpenPack, packPath } from './open-pack.js';
import { plainFiles } from './pack-files.js';
import { isIntactEnd, rawDigest, readTable } from './pack-format.js';

const hasher = await loadHasher('blake3');
const { sync } = nodeFileSystem;

/** A file system that writes no more than a few bytes at a time. */
const writesLittle: SyncFileSystem = {
  ...sync,
  writeSync: ((file: number, bytes: Uint8Array, at: number, length: number) =>
    sync.writeSync(file, bytes, at, Math.min(length, 7))) as SyncFileSystem['writeSync'],
};

function failingAt(name: keyof SyncFileSystem, nth = 1): SyncFileSystem {
  let count = 0;
  const call = sync[name] as (...args: unknown[]) => unknown;
  const fails = (...args: unknown[]) => {
    if (++count === nth) throw Object.assign(new Error(`EIO: ${name}`), { code: 'EIO' });
    return call(...args);
  };
  return { ...sync, [name]: fails };
}

const records = [noise(10, 1), noise(0), noise(1000, 2)];

function fill(pack: OpenPack): void {
  pack.write(Buffer.concat(records));
  for (const bytes of records) pack.list(rawDigest(hasher.hash(bytes)), 0, bytes.length);
}

describe('writing a pack', () => {
  it.each([
    ['at once', sync],
    ['little by little', writesLittle],
  ])('has all bytes under a digest, %s', (_, fs) => {
    const { packs, temp } = packFolders();
    const before = openFiles();
    const pack = new OpenPack({ fs, files: plainFiles(fs), packs, temp });
    fill(pack);
    const { name, size, end, stamp } = pack.finish(hasher);
    const path = packPath(packs, name);
    const bytes = readFileSync(path);
    expect(bytes).toEqual(Buffer.concat([...records, end]));
    expect(size).toBe(bytes.length);
    expect(stamp).toEqual(stampOf(statSync(path), path));
    expect(isIntactEnd(end, hasher)).toBe(true);
    for (const { digest, start, length } of readTable(end)) {
      expect(rawDigest(hasher.hash(bytes.subarray(start, start + length)))).toEqual(digest);
    }
    expect(readdirSync(temp)).toEqual([]);
    expect(openFiles()).toBe(before);
  });

  it('leaves nothing when it is abandoned', () => {
    const { packs, temp } = packFolders();
    const before = openFiles();
    const pack = new OpenPack({ fs: sync, files: plainFiles(sync), packs, temp });
    fill(pack);
    pack.abandon();
    pack.abandon();
    expect([...readdirSync(temp), ...readdirSync(packs)]).toEqual([]);
    expect(openFiles()).toBe(before);
  });

  it.each(['writeSync', 'fsyncSync', 'closeSync', 'renameSync', 'lstatSync'] as const)(
    'leaves nothing when %s failed',
    (name) => {
      for (const nth of [1, 2]) {
        const { packs, temp } = packFolders();
        const before = openFiles();
        const fs = failingAt(name, nth);
        const pack = new OpenPack({ fs, files: plainFiles(fs), packs, temp });
        let hasFailed = false;
        try {
          fill(pack);
          pack.finish(hasher);
        } catch (error) {
          expect(error).toMatchObject({ code: 'EIO' });
          hasFailed = true;
          pack.abandon();
        }
        // Closing the folder is of no consequence; what is called once doesn't fail the second time.
        if (nth === 1) expect(hasFailed).toBe(true);
        expect(readdirSync(temp)).toEqual([]);
        expect(readdirSync(packs)).toHaveLength(hasFailed ? 0 : 1);
        if (name !== 'closeSync') expect(openFiles()).toBe(before);
      }
    },
  );
});
