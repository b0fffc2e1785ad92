import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { Source } from '@cairn/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasher } from '../../test/ingest-context.js';
import { putAll, readBlob } from '../../test/put.js';
import { noise, openFiles, scratchFolder } from '../../test/scratch.js';
import type { LocalStore } from '../local-store.js';
import { openStore } from '../open-store.js';

let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = scratchFolder();
  store = await openStore(join(folder, 'store'));
});
afterEach(() => store.close());

const KiB = 1024;
const MiB = 1024 * KiB;

function fileOf(name: string, bytes: Uint8Array): Source & { readonly path: string } {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { kind: 'path', path };
}

function streamOf(bytes: Uint8Array, pieceBytes: number): Source {
  async function* open() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return { kind: 'stream', open };
}

const tempFiles = () => readdirSync(join(folder, 'store', 'tmp'));
const never = new Promise<never>(() => undefined);

describe('a put of anything', () => {
  const sizes = [0, 1, 1000, 256 * KiB - 1, 256 * KiB, 256 * KiB + 1, MiB, MiB + 1, 3 * MiB];
  const item = fc.record({
    kind: fc.constantFrom('path', 'bytes', 'stream'),
    size: fc.constantFrom(...sizes, 10, 20, 30),
    seed: fc.integer({ min: 1, max: 2 }),
    pieceBytes: fc.constantFrom(64 * KiB, 999_983, 5 * MiB),
  });

  it('stores each content once, and says of each source what became of it', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 30, size: 'max' }), async (items) => {
        const name = `${++round}`;
        const other = await openStore(join(folder, `store-${name}`));
        const contents = items.map(({ size, seed }) => noise(size, seed));
        const sources = items.map(({ kind, pieceBytes }, i): Source => {
          const bytes = contents[i] as Buffer;
          if (kind === 'path') return fileOf(`${name}-${i}`, bytes);
          return kind === 'bytes' ? { kind, bytes } : streamOf(bytes, pieceBytes);
        });
        let handled = 0;
        const onBytes = (count: number) => {
          handled += count;
        };
        const results = await putAll(other.blobs, sources, { onBytes });
        expect(results.map(({ digest, size }) => ({ digest, size }))).toEqual(
          contents.map((bytes) => ({ digest: hasher.hash(bytes), size: bytes.length })),
        );
        expect(handled).toBe(contents.reduce((sum, { length }) => sum + length, 0));
        const digests = new Set(results.map(({ digest }) => digest));
        expect(results.filter(({ created }) => created).length).toBe(digests.size);
        for (const [i, { digest }] of results.entries())
          expect((await readBlob(other.blobs, digest)).equals(contents[i] as Buffer)).toBe(true);
        handled = 0;
        const again = await putAll(other.blobs, sources, { onBytes });
        expect(again).toEqual(results.map((result) => ({ ...result, created: false })));
        expect(handled).toBe(contents.reduce((sum, { length }) => sum + length, 0));
        await other.close();
      }),
      { numRuns: 12 },
    );
  });

  it('is whole when many put the same at once', async () => {
    const contents = [noise(10, 1), noise(3 * MiB, 2), noise(100 * KiB, 3), noise(5 * MiB, 4)];
    const sources = contents.map((bytes, i) => fileOf(String(i), bytes));
    const other = await openStore(join(folder, 'store'));
    await Promise.all([store, other, store, other].map(({ blobs }) => putAll(blobs, sources)));
    for (const bytes of contents)
      expect((await readBlob(store.blobs, hasher.hash(bytes))).equals(bytes)).toBe(true);
    expect(tempFiles()).toEqual([]);
    await other.close();
  });
});

describe('a put that fails', () => {
  async function expectNothingLeft(atFirst: number): Promise<void> {
    expect(tempFiles()).toEqual([]);
    expect(openFiles()).toBe(atFirst);
    const bytes = noise(2 * MiB, 77);
    const [result] = await putAll(store.blobs, [{ kind: 'bytes', bytes }]);
    expect((await readBlob(store.blobs, result?.digest as `blake3:${string}`)).equals(bytes)).toBe(true);
  }

  it('leaves nothing when a file vanishes after it was listed', async () => {
    await putAll(store.blobs, [fileOf('first', noise(1))]);
    const atFirst = openFiles();
    for (const size of [100, 2 * MiB]) {
      const files = [1, 2, 3].map((i) => fileOf(`${size}-${i}`, noise(size, i)));
      async function* sources() {
        yield* files;
        unlinkSync(files[1]?.path as string);
      }
      await expectCairnError(store.blobs.put(sources()), 'not_found');
      await expectNothingLeft(atFirst);
    }
  });

  it.each([0, 100, 3 * MiB])('leaves nothing when a stream fails after %i bytes', async (size) => {
    await putAll(store.blobs, [fileOf('first', noise(1))]);
    const atFirst = openFiles();
    async function* open() {
      yield noise(size);
      throw new Error('it broke');
    }
    const sources: Source[] = [
      { kind: 'bytes', bytes: noise(200 * KiB) },
      { kind: 'stream', open },
    ];
    await expect(putAll(store.blobs, [...sources, fileOf('large', noise(6 * MiB))])).rejects.toThrow(
      'it broke',
    );
    await expectNothingLeft(atFirst);
  });

  it('opens no stream that it does not read, and waits for none that is stuck', async () => {
    const opened: string[] = [];
    let isClosed = false;
    async function* stuck() {
      opened.push('stuck');
      try {
        yield noise(10);
        await never;
      } finally {
        isClosed = true;
      }
    }
    const late = (): AsyncIterable<Uint8Array> => {
      opened.push('late');
      return stuck();
    };
    const gone: Source = { kind: 'path', path: join(folder, 'gone') };
    const sources: Source[] = [{ kind: 'stream', open: stuck }, { kind: 'stream', open: late }, gone];
    await expectCairnError(store.blobs.put(sources), 'not_found');
    expect(opened).toEqual(['stuck']);
    expect(isClosed).toBe(false); // it can't be, as long as it is stuck
    expect(tempFiles()).toEqual([]);
  });

  it('stops when its consumer does, even in the middle of a stream', async () => {
    async function* open() {
      yield noise(2 * MiB);
      await never;
    }
    let isClosed = false;
    function* sources(): Generator<Source> {
      try {
        for (let i = 0; i < 300; i++) yield { kind: 'bytes', bytes: Buffer.from(`${i}`) };
        yield { kind: 'stream', open };
        for (;;) yield { kind: 'bytes', bytes: noise(3 * MiB) };
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of store.blobs.put(sources())) break;
    expect(isClosed).toBe(true);
    expect(tempFiles()).toEqual([]);
  });

  it('stops in the middle of a large file when it is aborted', async () => {
    const file = fileOf('large', noise(64 * MiB));
    const atFirst = openFiles();
    const stop = new AbortController();
    let handled = 0;
    const onBytes = (count: number) => {
      handled += count;
      if (handled > 8 * MiB) stop.abort(new Error('enough'));
    };
    await expect(putAll(store.blobs, [file], { signal: stop.signal, onBytes })).rejects.toThrow('enough');
    expect(handled).toBeLessThan(20 * MiB);
    expect(tempFiles()).toEqual([]);
    expect(openFiles()).toBe(atFirst);
    const [result] = await putAll(store.blobs, [file]);
    expect(result?.digest).toBe(hasher.hash(noise(64 * MiB)));
  });
});

describe('back pressure', () => {
  it('takes no more sources ahead than fit into the work at hand', async () => {
    let taken = 0;
    function* sources(): Generator<Source> {
      for (;;) yield { kind: 'bytes', bytes: Buffer.from(`${taken++}`) };
    }
    const results = store.blobs.put(sources())[Symbol.asyncIterator]();
    await results.next();
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    // What is under way, what comes next, and what was yielded.
    expect(taken).toBeLessThan(256 * 6);
    await results.return?.();
  });

  it('takes one stream at a time', async () => {
    let [now, most] = [0, 0];
    function open(): AsyncIterable<Uint8Array> {
      most = Math.max(most, ++now);
      return (async function* () {
        yield noise(100_000);
        now--;
      })();
    }
    await putAll(
      store.blobs,
      Array.from({ length: 20 }, (): Source => ({ kind: 'stream', open })),
    );
    expect(most).toBe(1);
  });
});
