import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  constants,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { nodeFileSystem, type SyncFileSystem, stampOf } from '@cairn/file';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, hasher, ingestContext, recordsOf, smallChunks } from '../../test/ingest-context.js';
import { noise, openFiles, scratchFolder } from '../../test/scratch.js';
import type { FinishedPack } from '../packs/open-pack.js';
import { rawDigest, readTable } from '../packs/pack-format.js';
import { digestAt, type HashedBlob, type HashedPart } from './hashed.js';
import { type IngestContext, Ingestor } from './ingestor.js';
import type { FileToRead } from './source-file.js';

const { sync } = nodeFileSystem;
const partBytes = 64 * 1024;

function fileOf(bytes: Uint8Array, path: string = join(scratchFolder(), 'file')): FileToRead {
  writeFileSync(path, bytes);
  return { path, stamp: stampOf(statSync(path), path) };
}

/** Makes Node's file system do something else before one of its calls. */
function before(name: 'readSync' | 'fstatSync', nth: number, act: () => void): SyncFileSystem {
  let count = 0;
  const call = sync[name] as (...args: unknown[]) => unknown;
  const instead = (...args: unknown[]) => {
    if (++count === nth) act();
    return call(...args);
  };
  return { ...sync, [name]: instead };
}

const everything = (hashed: { readonly lengths: Uint32Array }) =>
  new Uint8Array(hashed.lengths.length).fill(1);

/** Reads all parts of what was opened and keeps them. */
function readLarge(ingestor: Ingestor, next: () => HashedPart): { blob: HashedBlob; packs: FinishedPack[] } {
  const packs: FinishedPack[] = [];
  for (;;) {
    const part = next();
    const pack = ingestor.keep(everything(part));
    if (pack !== undefined) packs.push(pack);
    if (part.blob !== undefined) return { blob: part.blob, packs };
  }
}

function ingestLarge(context: IngestContext, bytes: Uint8Array): { blob: HashedBlob; bytes: Buffer } {
  const ingestor = new Ingestor(context);
  ingestor.openFile(fileOf(bytes));
  const { blob, packs } = readLarge(ingestor, () => ingestor.readPart());
  const last = ingestor.finish();
  const records = recordsOf(context, last === undefined ? packs : [...packs, last]);
  return { blob, bytes: assemble(blob.recipe, records) };
}

describe('large blobs', () => {
  const { max } = smallChunks;
  const edges = [1, max - 1, max, max + 1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes, 300_000];

  it('come back as they were, at any size and in any pieces', () => {
    const sizes = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 1, max: 400_000 }));
    const anyBytes = fc.tuple(sizes, fc.integer({ min: 1 }), fc.boolean());
    fc.assert(
      fc.property(
        anyBytes,
        fc.array(fc.integer({ min: 1, max: partBytes }), { minLength: 1 }),
        (any, pieces) => {
          const [size, seed, isNoise] = any;
          const bytes = isNoise ? noise(size, seed) : Buffer.alloc(size, seed);
          const context = ingestContext({ partBytes });
          const read = ingestLarge(context, bytes);
          expect(read.bytes.equals(bytes)).toBe(true);
          expect(read.blob).toMatchObject({ digest: hasher.hash(bytes), size });

          // The same cuts, by whatever pieces it comes.
          const ingestor = new Ingestor(context);
          ingestor.openBytes();
          let at = 0;
          let turn = 0;
          const { blob } = readLarge(ingestor, () => {
            const length = Math.min(pieces[turn++ % pieces.length] as number, ingestor.room());
            const piece = bytes.subarray(at, at + length);
            at += piece.length;
            return ingestor.takePart(piece, at === size);
          });
          ingestor.abandon();
          expect(Buffer.from(blob.recipe).equals(read.blob.recipe)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('have room for their segments, however small the chunks are', () => {
    const chunks = { name: 'gear-v1', min: 32, average: 33, max: 64 } as const;
    const bytes = noise(500_000);
    expect(ingestLarge(ingestContext({ chunks, partBytes }), bytes).bytes.equals(bytes)).toBe(true);
  });

  it('share chunks with an edited version', () => {
    const bytes = noise(600_000);
    const edited = Buffer.concat([bytes.subarray(0, 200_000), noise(500, 9), bytes.subarray(200_000)]);
    const context = ingestContext();
    const keysOf = (some: Uint8Array) => {
      const ingestor = new Ingestor(context);
      ingestor.openFile(fileOf(some));
      readLarge(ingestor, () => ingestor.readPart());
      return [...recordsOf(context, [ingestor.finish() as FinishedPack]).keys()];
    };
    const there = new Set(keysOf(bytes));
    expect(keysOf(edited).filter((key) => !there.has(key)).length).toBeLessThanOrEqual(6);
  });

  it('of which a part was kept leave nothing in the way of the next', () => {
    const context = ingestContext({ partBytes });
    const [bytes, other] = [noise(300_000, 1), noise(200_000, 2)];
    const atFirst = openFiles();
    const ingestor = new Ingestor(context);
    ingestor.openFile(fileOf(bytes));
    ingestor.keep(everything(ingestor.readPart()));
    ingestor.readPart();
    ingestor.openFile(fileOf(other));
    const { blob } = readLarge(ingestor, () => ingestor.readPart());
    expect(blob).toMatchObject({ digest: hasher.hash(other), size: other.length });
    const pack = ingestor.finish() as FinishedPack;
    expect(assemble(blob.recipe, recordsOf(context, [pack])).equals(other)).toBe(true);
    expect(openFiles()).toBe(atFirst);
  });
});

describe('small blobs', () => {
  it('are kept as wanted, and no others', () => {
    const item = fc.record({ size: fc.constantFrom(0, 1, 2, 100, 8191, 8192), isWanted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 7 }), fc.boolean(), (items, fromFiles) => {
        const context = ingestContext({ partBytes });
        const ingestor = new Ingestor(context);
        const all = items.map(({ size }, i) => noise(size, i + 1));
        const folder = scratchFolder();
        const hashed = fromFiles
          ? ingestor.readFiles(all.map((bytes, i) => fileOf(bytes, join(folder, String(i)))))
          : ingestor.takeBytes(all);
        expect([...hashed.lengths]).toEqual(items.map(({ size }) => size));
        expect(hashed.bytesRead).toBe(items.reduce((sum, { size }) => sum + size, 0));
        for (const [i, bytes] of all.entries())
          expect(digestAt(hashed.digests, i)).toEqual(rawDigest(hasher.hash(bytes)));

        expect(ingestor.keep(Uint8Array.from(items, ({ isWanted }) => Number(isWanted)))).toBeUndefined();
        const pack = ingestor.finish();
        const wanted = all.filter((_, i) => items[i]?.isWanted);
        expect(pack !== undefined).toBe(wanted.length > 0);
        if (pack === undefined) return;
        expect([...readTable(pack.end)].map(({ digest }) => digest)).toEqual(
          wanted.map((bytes) => rawDigest(hasher.hash(bytes))),
        );
        for (const [hex, bytes] of recordsOf(context, [pack]))
          expect(rawDigest(hasher.hash(bytes)).toString('hex')).toBe(hex);
      }),
      { numRuns: 80 },
    );
  });

  it('fill one pack after the other', () => {
    const context = ingestContext({ partBytes: 4 * 1024 * 1024 });
    const ingestor = new Ingestor(context);
    const full: FinishedPack[] = [];
    const bytes = noise(4 * 1024 * 1024);
    for (let i = 0; i < 13; i++) {
      bytes[0] = i;
      const pack = ingestor.keep(everything(ingestor.takeBytes([bytes])));
      if (pack !== undefined) full.push(pack);
    }
    expect(full.map(({ size }) => size >> 20)).toEqual([48]);
    expect((ingestor.finish() as FinishedPack).size >> 20).toBe(4);
    expect(readdirSync(context.temp)).toEqual([]);
  });
});

describe('a file that is not as it was', () => {
  const changes: Record<string, (path: string, size: number) => void> = {
    longer: (path) => appendFileSync(path, 'x'),
    shorter: (path, size) => truncateSync(path, size - 1),
    empty: (path) => truncateSync(path, 0),
    touched: (path) => utimesSync(path, 5, 5),
    'written over': (path, size) => writeFileSync(path, noise(size, 99)),
  };
  const sizes = [1, 1000, partBytes, partBytes + 1, 200_000];

  for (const [name, change] of Object.entries(changes)) {
    it.each(sizes)(
      `is refused when it is ${name} before, while or after it is read, at %i bytes`,
      async (size) => {
        for (const moment of ['readSync', 'fstatSync'] as const) {
          const isTwice = size > (moment === 'readSync' ? partBytes : smallChunks.max);
          for (const nth of isTwice ? [1, 2] : [1]) {
            const file = fileOf(noise(size));
            utimesSync(file.path, 1, 1);
            const stamp = stampOf(statSync(file.path), file.path);
            const fs = before(moment, nth, () => change(file.path, size));
            const context = ingestContext({ fs, partBytes });
            const ingestor = new Ingestor(context);
            const atFirst = openFiles();
            const read = async () => {
              if (size <= smallChunks.max) return void ingestor.readFiles([{ ...file, stamp }]);
              ingestor.openFile({ ...file, stamp });
              readLarge(ingestor, () => ingestor.readPart());
            };
            await expectCairnError(read(), 'source_changed');
            ingestor.abandon();
            expect(openFiles()).toBe(atFirst);
            expect([...readdirSync(context.temp), ...readdirSync(context.packs)]).toEqual([]);
          }
        }
      },
    );
  }

  it('is refused when another one is in its place', async () => {
    const file = fileOf(noise(1000));
    renameSync(fileOf(noise(1000)).path, file.path);
    await expectCairnError((async () => new Ingestor(ingestContext()).readFiles([file]))(), 'source_changed');
  });

  it('is refused when it said that it is empty and is not', async () => {
    const file = fileOf(Buffer.of());
    const lies = { ...sync, readSync: () => 1 } as unknown as SyncFileSystem;
    await expectCairnError(
      (async () => new Ingestor(ingestContext({ fs: lies })).readFiles([file]))(),
      'source_changed',
    );
  });

  it.skipIf(process.platform === 'win32').each([1000, 200_000])(
    'is refused when it became a pipe or a folder, and nobody waits for it, at %i bytes',
    async (size) => {
      for (const became of ['pipe', 'pipe that somebody writes to', 'folder']) {
        const file = fileOf(noise(size));
        const atFirst = openFiles();
        let writer: number | undefined;
        const openSync: typeof sync.openSync = (path, flags, mode) => {
          if (path !== file.path) return sync.openSync(path, flags, mode);
          // A test that waits for ever would not say why.
          expect(Number(flags) & constants.O_NONBLOCK).toBe(constants.O_NONBLOCK);
          rmSync(path);
          if (became === 'folder') mkdirSync(path);
          else expect(spawnSync('mkfifo', [path]).status).toBe(0);
          if (became.includes('writes'))
            writer = sync.openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
          return sync.openSync(path, flags, mode);
        };
        const ingestor = new Ingestor(ingestContext({ fs: { ...sync, openSync } }));
        const read = async () => (size === 1000 ? ingestor.readFiles([file]) : ingestor.openFile(file));
        await expectCairnError(read(), 'source_changed');
        ingestor.abandon();
        if (writer !== undefined) sync.closeSync(writer);
        expect(openFiles()).toBe(atFirst);
      }
    },
  );

  it('is named when it is gone', async () => {
    const atFirst = openFiles();
    const path = join(scratchFolder(), 'gone');
    const file = { path, stamp: fileOf(Buffer.of(1)).stamp };
    const ingestor = new Ingestor(ingestContext());
    const small = await expectCairnError((async () => ingestor.readFiles([file]))(), 'not_found');
    expect(small.message).toContain(path);
    await expectCairnError((async () => ingestor.openFile(file))(), 'not_found');
    expect(openFiles()).toBe(atFirst);
  });
});

describe('a pack that can not be written', () => {
  it('is abandoned at once, so that nobody goes on with a half-written one', async () => {
    let isFull = false;
    const fs = {
      ...sync,
      writeSync(file: number, bytes: Uint8Array, at: number, length: number) {
        if (!isFull) return sync.writeSync(file, bytes, at, length);
        sync.writeSync(file, bytes, at, length >> 1);
        throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
      },
    } as SyncFileSystem;
    const context = ingestContext({ fs });
    const ingestor = new Ingestor(context);
    const keep = (bytes: Buffer) => ingestor.keep(everything(ingestor.takeBytes([bytes])));
    keep(noise(100, 1));
    isFull = true;
    const error = await expectCairnError((async () => keep(noise(100, 2)))(), 'storage_full');
    expect(error.message).toContain(context.packs);
    expect(readdirSync(context.temp)).toEqual([]);
    isFull = false;
    keep(noise(100, 3));
    const pack = ingestor.finish() as FinishedPack;
    for (const [hex, bytes] of recordsOf(context, [pack]))
      expect(rawDigest(hasher.hash(bytes)).toString('hex')).toBe(hex);
  });
});
