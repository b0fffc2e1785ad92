import { appendFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { chunked, expectBytes, freshBytes, withFolder } from '../helpers.js';
import { stampOf } from '../local-files.js';
import { type BlobStoreCase, ofBytes, ofStream, putAll, read } from './fixture.js';

async function stampedSource(path: string): Promise<Source> {
  return { kind: 'path', path, stamp: await stampOf(path) };
}

export const pathSources: readonly BlobStoreCase[] = [
  {
    name: 'stores files by their paths',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const contents = [0, 1, 65_536, 3_000_001].map(freshBytes);
        const paths = contents.map((_, index) => join(folder, `${index} ü.bin`));
        for (const [index, path] of paths.entries()) await writeFile(path, contents[index] as Uint8Array);
        const results = await putAll(
          blobs,
          paths.map((path) => ({ kind: 'path', path })),
        );
        for (const { index, digest, size } of results) {
          const bytes = contents[index] as Uint8Array;
          expect(size).toBe(bytes.length);
          expectBytes(await read(blobs, digest), bytes);
        }
      });
    },
  },
  {
    name: 'stores files, bytes and streams in one batch',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const contents = Array.from({ length: 60 }, (_, index) => freshBytes(index));
        const sources = contents.map(async (bytes, index): Promise<Source> => {
          if (index % 3 === 0) return ofBytes(bytes);
          if (index % 3 === 1) return ofStream(() => chunked(bytes, 20));
          const path = join(folder, String(index));
          await writeFile(path, bytes);
          return { kind: 'path', path };
        });
        for (const { index, digest, size } of await putAll(blobs, await Promise.all(sources))) {
          expect(size).toBe(index);
          expectBytes(await read(blobs, digest), contents[index] as Uint8Array);
        }
      });
    },
  },
  {
    name: 'stores a file that still looks like its stamp',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'data.csv');
        const bytes = freshBytes(1000);
        await writeFile(path, bytes);
        const [result] = await putAll(blobs, [await stampedSource(path)]);
        if (result === undefined) return expect.fail('no result');
        expectBytes(await read(blobs, result.digest), bytes);
      });
    },
  },
  {
    name: 'refuses a file that has grown since its stamp',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'data.csv');
        await writeFile(path, freshBytes(1000));
        const source = await stampedSource(path);
        await appendFile(path, 'one more line\n');
        await expectCairnError(blobs.put([source]), 'source_changed');
      });
    },
  },
  {
    name: 'refuses a file that was written again at the same size',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'data.csv');
        await writeFile(path, freshBytes(1000));
        await utimes(path, 1_600_000_000, 1_600_000_000);
        const source = await stampedSource(path);
        await writeFile(path, freshBytes(1000));
        await expectCairnError(blobs.put([source]), 'source_changed');
      });
    },
  },
  {
    name: 'refuses another file of the same size and time in its place',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'data.csv');
        const other = join(folder, 'other.csv');
        for (const file of [path, other]) {
          await writeFile(file, freshBytes(1000));
          await utimes(file, 1_600_000_000, 1_600_000_000);
        }
        const source = await stampedSource(path);
        await rename(other, path);
        expect((await stat(path)).mtimeMs).toBe(1_600_000_000_000);
        await expectCairnError(blobs.put([source]), 'source_changed');
      });
    },
  },
  {
    name: 'names a file that is not there',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'gone.csv');
        const error = await expectCairnError(blobs.put([{ kind: 'path', path }]), 'not_found');
        expect(error.message).toContain('gone.csv');
      });
    },
  },
  {
    name: 'says that a stamped file is gone',
    requires: ['paths'],
    async run({ blobs }) {
      await withFolder(async (folder) => {
        const path = join(folder, 'data.csv');
        await writeFile(path, freshBytes(1000));
        const source = await stampedSource(path);
        await rename(path, join(folder, 'elsewhere.csv'));
        await expectCairnError(blobs.put([source]), 'not_found', 'source_changed');
      });
    },
  },
];
