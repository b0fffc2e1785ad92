import { appendFile, lstat, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore, CopyResult } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError, failureOf } from '../expect-cairn-error.js';
import { collect, expectAborted, expectBytes, freshBytes, withFolder } from '../helpers.js';
import { readFileBytes } from '../local-files.js';
import { type BlobStoreCase, digestOf, ofBytes, putAll, putBytes } from './fixture.js';

async function copyOne(blobs: BlobStore, bytes: Uint8Array, path: string): Promise<CopyResult | undefined> {
  const { digest } = await putBytes(blobs, bytes);
  return (await collect(blobs.copyTo([{ digest, path }])))[0];
}

export const copying: readonly BlobStoreCase[] = [
  {
    name: 'makes files of blobs of any size',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const contents = [0, 1, 65_536, 3_000_001].map(freshBytes);
        const stored = await putAll(blobs, contents.map(ofBytes));
        const files = stored.map(({ digest }, index) => ({ digest, path: join(folder, `${index} ü.bin`) }));
        const results = await collect(blobs.copyTo(files));
        expect(results.sort((a, b) => a.index - b.index)).toEqual(
          contents.map(({ length }, index) => ({ index, size: length, written: true })),
        );
        for (const [index, { path }] of files.entries()) {
          expectBytes(await readFileBytes(path), contents[index] as Uint8Array);
        }
      });
    },
  },
  {
    name: 'makes 60 files in one batch, also of equal blobs',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const contents = Array.from({ length: 30 }, () => freshBytes(20));
        const stored = await putAll(blobs, contents.map(ofBytes));
        const files = [...stored, ...stored].map(({ digest }, n) => ({ digest, path: join(folder, `${n}`) }));
        const results = await collect(blobs.copyTo(files));
        expect(results.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...files.keys()]);
        for (const [n, { path }] of files.entries()) {
          expectBytes(await readFileBytes(path), contents[n % 30] as Uint8Array);
        }
      });
    },
  },
  {
    name: 'makes 20 files in a new folder, and leaves alone what has come to it meanwhile',
    requires: ['paths'],
    async run({ blobs }) {
      const contents = Array.from({ length: 20 }, () => freshBytes(20));
      const stored = await putAll(blobs, contents.map(ofBytes));
      for (const others of [[], ['other', '19']]) {
        await withFolder(async (root) => {
          const folder = join(root, 'new');
          await mkdir(folder);
          for (const name of others) await writeFile(join(folder, name), 'of somebody else');
          const files = stored.map(({ digest }, n) => ({
            digest,
            path: join(folder, `${n}`),
            isFolderNew: true,
          }));
          const results = await collect(blobs.copyTo(files));
          expect(results.map(({ written }) => written)).toEqual(Array(20).fill(true));
          expect(await readdir(root)).toEqual(['new']);
          expect((await readdir(folder)).length).toBe(others.length === 0 ? 20 : 21);
          for (const [n, { path }] of files.entries()) {
            expectBytes(await readFileBytes(path), contents[n] as Uint8Array);
          }
        });
      }
    },
  },
  {
    name: 'replaces a file of other bytes, also of the same size',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'model.bin');
        for (const size of [10, 1000, 2000]) {
          const bytes = freshBytes(1000);
          await writeFile(path, freshBytes(size));
          expect(await copyOne(blobs, bytes, path)).toMatchObject({ written: true });
          expectBytes(await readFileBytes(path), bytes);
        }
      });
    },
  },
  {
    name: 'leaves a file alone that is already right',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'model.bin');
        const bytes = freshBytes(1000);
        await writeFile(path, bytes);
        await utimes(path, 1_600_000_000, 1_600_000_000);
        const { ino } = await stat(path);
        expect(await copyOne(blobs, bytes, path)).toMatchObject({ written: false, size: 1000 });
        expect(await stat(path)).toMatchObject({ ino, mtimeMs: 1_600_000_000_000 });
      });
    },
  },
  {
    name: 'replaces a link and leaves what it points to alone',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const [outside, path] = [join(folder, 'outside'), join(folder, 'model.bin')];
        await writeFile(outside, 'mine');
        await symlink(outside, path);
        const bytes = freshBytes(1000);
        expect(await copyOne(blobs, bytes, path)).toMatchObject({ written: true });
        expect((await lstat(path)).isFile()).toBe(true);
        expectBytes(await readFileBytes(path), bytes);
        expect((await readFileBytes(outside)).length).toBe(4);
      });
    },
  },
  {
    name: 'replaces a link to a file that has the right bytes',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const [outside, path] = [join(folder, 'outside'), join(folder, 'model.bin')];
        const bytes = freshBytes(1000);
        await writeFile(outside, bytes);
        await symlink(outside, path);
        await copyOne(blobs, bytes, path);
        expect((await lstat(path)).isFile()).toBe(true);
        expectBytes(await readFileBytes(path), bytes);
      });
    },
  },
  {
    name: 'leaves the file that was there when it fails',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'model.bin');
        const before = freshBytes(100);
        await writeFile(path, before);
        const digest = await digestOf(blobs, freshBytes(10));
        await expectCairnError(blobs.copyTo([{ digest, path }]), 'not_found');
        expectBytes(await readFileBytes(path), before);
      });
    },
  },
  {
    name: 'leaves nothing but the files that were asked for',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const bytes = freshBytes(100_000);
        await copyOne(blobs, bytes, join(folder, 'a'));
        const missing = { digest: await digestOf(blobs, freshBytes(10)), path: join(folder, 'b') };
        await expectCairnError(blobs.copyTo([missing]), 'not_found');
        expect(await readdir(folder)).toEqual(['a']);
      });
    },
  },
  {
    name: 'makes files whose edits reach neither the store nor each other',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const bytes = freshBytes(100_000);
        const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
        await copyOne(blobs, bytes, a);
        await copyOne(blobs, bytes, b);
        await appendFile(a, 'an edit');
        await copyOne(blobs, bytes, c);
        expectBytes(await readFileBytes(b), bytes);
        expectBytes(await readFileBytes(c), bytes);
      });
    },
  },
  {
    name: 'lets 10 callers make the same file at the same time',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'model.bin');
        const bytes = freshBytes(300_000);
        await Promise.all(Array.from({ length: 10 }, () => copyOne(blobs, bytes, path)));
        expectBytes(await readFileBytes(path), bytes);
        expect(await readdir(folder)).toEqual(['model.bin']);
      });
    },
  },
  {
    name: 'makes no file when aborted before',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const { digest } = await putBytes(blobs, freshBytes(10));
        const files = [{ digest, path: join(folder, 'a') }];
        await expectAborted((signal) => blobs.copyTo(files, { signal }));
        expect(await readdir(folder)).toEqual([]);
      });
    },
  },
  {
    name: 'makes no more files once it is aborted or the caller breaks off',
    requires: ['paths'],
    async run({ blobs }) {
      const { digest } = await putBytes(blobs, freshBytes(1000));
      await withFolder(async (folder) => {
        for (const isAborted of [true, false]) {
          const controller = new AbortController();
          const reason = new Error('the caller has changed its mind');
          let isClosed = false;
          async function* files() {
            try {
              for (let n = 0; n < 500; n++) yield { digest, path: join(folder, `${isAborted} ${n}`) };
            } finally {
              isClosed = true;
            }
          }
          const copying = async () => {
            for await (const _ of blobs.copyTo(files(), { signal: controller.signal })) {
              if (!isAborted) return;
              controller.abort(reason);
            }
          };
          if (isAborted) expect(await failureOf(copying())).toBe(reason);
          else await copying();
          expect(isClosed).toBe(true);
        }
        for (const name of await readdir(folder)) expect((await stat(join(folder, name))).size).toBe(1000);
        expect((await readdir(folder)).length).toBeLessThan(1000);
      });
    },
  },
];
