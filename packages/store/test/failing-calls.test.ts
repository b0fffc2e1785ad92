import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError, type ContentDigest, readAll, type Source, type Store } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { type Fails, failingFileSystem } from './failing-file-system.js';

const encode = (text: string) => new TextEncoder().encode(text);

let base: string;
let folder: string;
let files: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-failing-'));
  folder = join(base, 'store');
  files = join(base, 'files');
});
afterEach(() => rm(base, { recursive: true }));

async function putAll({ blobs }: Store, sources: readonly Source[]): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  for await (const { index, digest } of blobs.put(sources)) digests[index] = digest;
  return digests;
}

/** Stores bytes, a file and a stream, one of them known, and makes files of the known one. */
async function work(store: Store, known: ContentDigest): Promise<ContentDigest[]> {
  const digests = await putAll(store, [
    { kind: 'bytes', bytes: encode('known') },
    { kind: 'path', path: join(files, 'source') },
    {
      kind: 'stream',
      async *open() {
        yield encode('a stream');
        yield encode(' in two');
      },
    },
  ]);
  const targets = ['new', 'wrong', 'right'].map((name) => ({ digest: known, path: join(files, name) }));
  for await (const _ of store.blobs.copyTo(targets));
  return digests;
}

it.each<[string, (nth: number) => Fails]>([
  ['one call fails', (nth) => (call) => call === nth],
  ['all calls fail from one on', (nth) => (call) => call >= nth],
])(
  'loses nothing and shows nothing half-done, whichever call it is, when %s',
  async (_, failsFrom) => {
    const template = join(base, 'template');
    const made = await openStore(template);
    const [known = expect.fail()] = await putAll(made, [{ kind: 'bytes', bytes: encode('known') }]);
    await made.close();

    let [points, failures] = [0, 0];
    for (let nth = 1; ; nth++) {
      await rm(folder, { recursive: true, force: true });
      await rm(files, { recursive: true, force: true });
      await cp(template, folder, { recursive: true });
      await nodeFileSystem.mkdir(files);
      await writeFile(join(files, 'source'), 'a file');
      await writeFile(join(files, 'wrong'), 'wrong');
      await writeFile(join(files, 'right'), 'known');

      const fs = failingFileSystem(failsFrom(nth));
      let store: Store | undefined;
      try {
        store = await openStore(folder, { fs });
        await work(store, known);
        // What else may fail is a look at something, or tidying up.
        for (const name of ['write', 'sync', 'link', 'rename', 'mkdir'])
          expect(fs.failed).not.toContain(name);
      } catch (error) {
        failures++;
        if (!CairnError.is(error)) throw error;
        expect(error.code).toBe('unavailable');
      } finally {
        await store?.close();
      }
      if (fs.calls() < nth) break;
      points++;

      const again = await openStore(folder);
      expect(await readAll(again.blobs.open(known))).toEqual(Buffer.from('known'));
      for (const name of ['new', 'wrong', 'right']) {
        const found = await readFile(join(files, name), 'utf8').catch(() => undefined);
        expect([
          name === 'wrong' ? 'wrong' : undefined,
          'known',
          name === 'new' ? undefined : 'known',
        ]).toContain(found);
      }
      const digests = await work(again, known);
      const contents = await Promise.all(digests.map((digest) => readAll(again.blobs.open(digest))));
      expect(contents.map(String).sort()).toEqual(['a file', 'a stream in two', 'known']);
      expect(await readFile(join(files, 'wrong'), 'utf8')).toBe('known');
      await again.close();
    }
    console.info(`${points} calls failed one by one, ${failures} of them ended the operation with an error`);
    expect(points).toBeGreaterThan(50);
  },
  120_000,
);
