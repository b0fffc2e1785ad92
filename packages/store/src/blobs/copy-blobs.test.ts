import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { ContentDigest, CopyRequest, CopyResult, PutResult, Source } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { damageBlob } from '../../test/damage-blob.js';
import { putAll } from '../../test/put.js';
import { noise, openFiles, scratchFolder } from '../../test/scratch.js';
import type { LocalStore } from '../local-store.js';
import { openStore } from '../open-store.js';

let folder: string;
let copies: string;
let store: LocalStore;
beforeEach(async () => {
  folder = scratchFolder();
  copies = join(folder, 'copies');
  mkdirSync(copies);
  store = await openStore(join(folder, 'store'));
});
afterEach(() => store.close());

const contents = [
  ...Array.from({ length: 300 }, (_, i) => noise(i * 10, i + 1)),
  noise(1_000_000, 7),
  noise(3_000_000, 8),
];
const total = contents.reduce((sum, { length }) => sum + length, 0);

async function request(): Promise<CopyRequest[]> {
  const results = await putAll(
    store.blobs,
    contents.map((bytes): Source => ({ kind: 'bytes', bytes })),
  );
  return results.map(({ digest }, i) => ({ digest, path: join(copies, `${i}`) }));
}

async function copyAll(requests: readonly CopyRequest[], from: LocalStore = store) {
  const results: CopyResult[] = [];
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
  };
  for await (const result of from.blobs.copyTo(requests, { onBytes })) results[result.index] = result;
  return { results, bytes };
}

describe('copying blobs', () => {
  it('says of each request what became of it, and adds up', async () => {
    const requests = await request();
    for (let round = 0; round < 3; round++) {
      // Some are right, some wrong, some missing.
      const isRight = (i: number) => round === 2 || (round === 1 && i % 3 === 0);
      if (round === 1)
        for (const [i, { path }] of requests.entries()) if (!isRight(i)) writeFileSync(path, `wrong ${i}`);
      const { results, bytes } = await copyAll(requests);
      expect(results).toEqual(
        contents.map(({ length: size }, index) => ({ index, size, written: !isRight(index) })),
      );
      expect(bytes).toBe(total);
      for (const [i, { path }] of requests.entries())
        expect(readFileSync(path).equals(contents[i] as Buffer)).toBe(true);
    }
  });

  it('works from a store that is only read', async () => {
    const requests = await request();
    const other = await openStore(join(folder, 'store'), { readOnly: true });
    expect((await copyAll(requests, other)).results.every(({ written }) => written)).toBe(true);
    expect((await copyAll(requests, other)).results.some(({ written }) => written)).toBe(false);
    await other.close();
  });

  it.each([5, 301])('names the blob that is damaged, number %i, and makes no file of it', async (index) => {
    const requests = await request();
    const { digest, path } = requests[index] as CopyRequest;
    const record = index === 5 ? digest : await aChunkOf(digest);
    await damageBlob(join(folder, 'store'), record);
    const atFirst = openFiles();
    const error = await expectCairnError(copyAll(requests), 'integrity_mismatch');
    expect(error.message).toContain(digest);
    expect(readdirSync(copies)).not.toContain(path.slice(copies.length + 1));
    expect(readdirSync(copies).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(openFiles()).toBe(atFirst);
    await request();
    expect((await copyAll(requests)).bytes).toBe(total);
  });

  it('names the blob that is not there, and closes its source when it fails or is broken off', async () => {
    const [first] = (await request()) as [CopyRequest];
    const unknown = `blake3:${'0'.repeat(64)}` as ContentDigest;
    let closed = 0;
    function* requests(): Generator<CopyRequest> {
      try {
        for (let i = 0; ; i++) {
          yield { ...first, path: join(copies, `${i}`) };
          if (i === 600) yield { digest: unknown, path: join(copies, 'unknown') };
        }
      } finally {
        closed++;
      }
    }
    const error = await expectCairnError(store.blobs.copyTo(requests()), 'not_found');
    expect(error.message).toContain(unknown);
    for await (const _ of store.blobs.copyTo(requests())) break;
    expect(closed).toBe(2);
  });

  it('stops when it is aborted', async () => {
    const requests = await request();
    const stop = new AbortController();
    const copy = async () => {
      for await (const _ of store.blobs.copyTo(requests, { signal: stop.signal }))
        stop.abort(new Error('enough'));
    };
    await expect(copy()).rejects.toThrow('enough');
    expect(readdirSync(copies).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('copying to a new folder', () => {
  const count = 1100;
  const small = Array.from({ length: count }, (_, i) => noise(20 + (i % 50), i + 1));
  let fresh: string;
  beforeEach(() => {
    fresh = join(copies, 'fresh');
    mkdirSync(fresh);
  });

  /** As many small files as are wanted, after a large one that is in the same folder. */
  async function requestNew(wanted: number): Promise<CopyRequest[]> {
    const bytes = [noise(1_000_000, 7), ...small.slice(0, wanted)];
    const results = await putAll(
      store.blobs,
      bytes.map((bytes): Source => ({ kind: 'bytes', bytes })),
    );
    return results.map(({ digest }, i) => ({ digest, path: join(fresh, `${i}`), isFolderNew: true }));
  }

  function expectAll(wanted: number): void {
    expect(readdirSync(copies)).toEqual(['fresh']);
    for (const [i, bytes] of small.slice(0, wanted).entries())
      expect(readFileSync(join(fresh, `${i + 1}`)).equals(bytes)).toBe(true);
    expect(statSync(join(fresh, '0')).size).toBe(1_000_000);
  }

  it.each([3, 20, 129, 1023, count])('makes %i files and a large one', async (wanted) => {
    const requests = await requestNew(wanted);
    const { ino } = statSync(fresh);
    const { results, bytes } = await copyAll(requests);
    expect(results.map(({ index, written }) => [index, written])).toEqual(requests.map((_, i) => [i, true]));
    expect(bytes).toBe(results.reduce((sum, { size }) => sum + size, 0));
    expectAll(wanted);
    // The folder is another one if there were enough files for that.
    expect(statSync(fresh).ino === ino).toBe(wanted < 16);
    // And what was written is known.
    expect((await copyAll(requests)).results.every(({ written }) => !written)).toBe(true);
  });

  it('shows no file before all are there', async () => {
    const requests = await requestNew(20);
    const seen: string[][] = [];
    const fs = {
      ...nodeFileSystem,
      sync: {
        ...nodeFileSystem.sync,
        writeSync: ((...args: Parameters<typeof writeSync>) => {
          seen.push(readdirSync(fresh));
          return writeSync(...args);
        }) as typeof writeSync,
      },
    };
    const other = await openStore(join(folder, 'store'), { fs });
    await copyAll(requests.slice(1), other);
    expect(seen).toEqual(Array(20).fill([]));
    await other.close();
  });

  it('leaves alone what has come to it meanwhile, and replaces what has the name of a file', async () => {
    const requests = await requestNew(20);
    const renameSync: typeof nodeFileSystem.sync.renameSync = (from, to) => {
      if (to === fresh) {
        writeFileSync(join(fresh, 'of somebody else'), 'theirs');
        writeFileSync(join(fresh, '5'), 'theirs');
      }
      nodeFileSystem.sync.renameSync(from, to);
    };
    const fs = { ...nodeFileSystem, sync: { ...nodeFileSystem.sync, renameSync } };
    const other = await openStore(join(folder, 'store'), { fs });
    expect((await copyAll(requests, other)).results.every(({ written }) => written)).toBe(true);
    await other.close();
    expectAll(20);
    expect(readFileSync(join(fresh, 'of somebody else'), 'utf8')).toBe('theirs');
  });

  it('says what is in the way, and leaves nothing beside it', async () => {
    const requests = await requestNew(20);
    mkdirSync(join(fresh, '7'));
    const error = await expectCairnError(copyAll(requests), 'path_conflict');
    expect(error.message).toContain(join(fresh, '7'));
    expect(readdirSync(copies)).toEqual(['fresh']);
  });

  it('names the blob that is damaged, and makes no file of it', async () => {
    const requests = await requestNew(20);
    const { digest } = requests[9] as CopyRequest;
    await damageBlob(join(folder, 'store'), digest);
    const error = await expectCairnError(copyAll(requests), 'integrity_mismatch');
    expect(error.message).toContain(digest);
    expect(readdirSync(copies)).toEqual(['fresh']);
    expect(readdirSync(fresh)).not.toContain('9');
    await putAll(store.blobs, [{ kind: 'bytes', bytes: small[8] as Buffer }]);
    await copyAll(requests);
    expectAll(20);
  });

  it('leaves nothing when it is aborted', async () => {
    const requests = await requestNew(1000);
    const stop = new AbortController();
    const writeSyncOnce = ((...args: Parameters<typeof writeSync>) => {
      stop.abort(new Error('enough'));
      return writeSync(...args);
    }) as typeof writeSync;
    const fs = { ...nodeFileSystem, sync: { ...nodeFileSystem.sync, writeSync: writeSyncOnce } };
    const other = await openStore(join(folder, 'store'), { fs });
    const copy = async () => {
      for await (const _ of other.blobs.copyTo(requests.slice(1), { signal: stop.signal }));
    };
    await expect(copy()).rejects.toThrow('enough');
    await other.close();
    expect(readdirSync(copies)).toEqual(['fresh']);
    expect(readdirSync(fresh)).toEqual([]);
    await copyAll(requests);
    expectAll(1000);
  });
});

/** The digest of something that a large blob of the store consists of: of its first chunk. */
async function aChunkOf(digest: ContentDigest): Promise<ContentDigest> {
  for await (const chunk of store.blobs.open(digest)) {
    const [result] = await putAll(store.blobs, [{ kind: 'bytes', bytes: chunk }]);
    return (result as PutResult).digest;
  }
  return expect.fail();
}
