import { mkdirSync, readdirSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PutResult, Source } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../test/ingest-context.js';
import { noise, scratchFolder } from '../../test/scratch.js';
import { defaultChunker } from '../chunker/chunker-params.js';
import { dataKind, readTable } from '../packs/pack-format.js';
import { noMemory } from '../stat-cache/file-memory.js';
import { openOwnMemory } from '../stat-cache/own-memory.js';
import type { PackHome } from './pack-home.js';
import { createPutter } from './putter.js';

const hex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');

/** A home in memory, and what it was asked. */
function memoryHome() {
  const records = new Map<string, Buffer>();
  const recipes = new Map<string, Uint8Array>();
  const calls = { asked: 0, added: 0, finished: 0 };
  const take = ({ path, end }: { path: string; end: Uint8Array }) => {
    const bytes = readFileSync(path);
    for (const { digest, kind, start, length } of readTable(end)) {
      if (kind === dataKind) records.set(hex(digest), bytes.subarray(start, start + length));
    }
    unlinkSync(path);
  };
  const lacks = async (digests: readonly Uint8Array[]) => {
    calls.asked += digests.length;
    return Uint8Array.from(digests, (digest) =>
      records.has(hex(digest)) || recipes.has(hex(digest)) ? 0 : 1,
    );
  };
  const intake = (seen = noMemory) => ({
    seen,
    lacks,
    async add(pack: Parameters<typeof take>[0]) {
      calls.added++;
      take(pack);
    },
  });
  const home: PackHome = {
    begin: async () => ({
      ...intake(),
      async finish(last) {
        calls.finished++;
        if (last === undefined) return;
        take(last.pack);
        for (const { digest, recipe } of last.recipes)
          recipes.set(digest.slice(digest.indexOf(':') + 1), recipe);
      },
    }),
  };
  return { home, intake, lacks, take, records, recipes, calls };
}

async function collect(results: AsyncIterable<PutResult>): Promise<PutResult[]> {
  const all: PutResult[] = [];
  for await (const result of results) all.push(result);
  return all.sort((a, b) => a.index - b.index);
}

const bytesOf = (bytes: Uint8Array): Source => ({ kind: 'bytes', bytes });

describe('a put into a home that is elsewhere', () => {
  it('gives it all records it lacks, once, and leaves nothing behind', async () => {
    const folder = scratchFolder();
    const { home, records, recipes, calls } = memoryHome();
    const putter = await createPutter({ algorithm: 'blake3', chunker: defaultChunker, folder });
    const small = Array.from({ length: 20 }, (_, i) => noise(1000 + i, i + 1));
    const large = noise(3_000_000, 99);
    const sources = [...small, large, small[0] as Buffer].map(bytesOf);
    const results = await collect(putter.put(home, sources));
    expect(results.map(({ created }) => created)).toEqual([...Array(21).fill(true), false]);
    const digestAt = (i: number) => (results[i]?.digest ?? '').replace('blake3:', '');
    for (const [i, bytes] of small.entries()) expect(records.get(digestAt(i))?.equals(bytes)).toBe(true);
    expect(assemble(recipes.get(digestAt(20)) ?? new Uint8Array(), records).equals(large)).toBe(true);
    const count = records.size;
    const again = await collect(putter.put(home, sources));
    expect(again.some(({ created }) => created)).toBe(false);
    expect([records.size, calls.added, calls.finished]).toEqual([count, 0, 2]);
    expect(readdirSync(folder)).toEqual([]);
    await putter.close();
  });

  it('makes packs of at most 48 MiB, of which the last one has the recipes', async () => {
    const folder = scratchFolder();
    const { home, calls, recipes } = memoryHome();
    const putter = await createPutter({ algorithm: 'sha256', chunker: defaultChunker, folder });
    const [result] = await collect(putter.put(home, [bytesOf(noise(60_000_000))]));
    expect([calls.added, calls.finished, recipes.size, result?.size]).toEqual([1, 1, 1, 60_000_000]);
    await putter.close();
  });

  it('leaves no file when the home refuses', async () => {
    const folder = scratchFolder();
    const { home } = memoryHome();
    const failing: PackHome = {
      begin: async (options) => ({
        ...(await home.begin(options)),
        async finish(last) {
          unlinkSync(last?.pack.path ?? '');
          throw new Error('no room');
        },
      }),
    };
    const putter = await createPutter({
      algorithm: 'blake3',
      chunker: defaultChunker,
      folder,
    });
    await expect(collect(putter.put(failing, [bytesOf(noise(10))]))).rejects.toThrow('no room');
    expect(readdirSync(folder)).toEqual([]);
    await putter.close();
  });
});

describe('files that are remembered in a database of their own', () => {
  it('are not asked for under the same basis, asked for under another one, and read where the home lost them', async () => {
    const folder = scratchFolder();
    const [files, packs] = [join(folder, 'files'), join(folder, 'packs')];
    mkdirSync(files);
    mkdirSync(packs);
    const elsewhere = memoryHome();
    const memory = await openOwnMemory(join(folder, 'seen.db'));
    let basis = 'first';
    const home: PackHome = {
      async begin() {
        const seen = memory.begin({ basis, lacks: elsewhere.lacks });
        return {
          ...elsewhere.intake(seen),
          async finish(last) {
            if (last !== undefined) elsewhere.take(last.pack);
            await seen.save();
          },
        };
      },
    };
    const sources = Array.from({ length: 30 }, (_, i): Source => {
      const path = join(files, `${i}`);
      writeFileSync(path, noise(100, i + 1));
      utimesSync(path, 1_234_567_890.123, 1_234_567_890.123);
      return { kind: 'path', path };
    });
    await new Promise((resolve) => setTimeout(resolve, 120));
    const putter = await createPutter({ algorithm: 'blake3', chunker: defaultChunker, folder: packs });
    const put = async () => {
      elsewhere.calls.asked = 0;
      const results = await collect(putter.put(home, sources));
      return [elsewhere.calls.asked, results.filter(({ created }) => created).length];
    };
    expect(await put()).toEqual([30, 30]);
    expect(await put()).toEqual([0, 0]);
    basis = 'second';
    expect(await put()).toEqual([30, 0]);
    expect(await put()).toEqual([0, 0]);
    basis = 'third';
    elsewhere.records.clear();
    expect(await put()).toEqual([60, 30]);
    await putter.close();
    await memory.close();
  });
});
