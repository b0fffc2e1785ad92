import { spawnSync } from 'node:child_process';
import {
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { nodeFileSystem, type SyncFileSystem } from '@cairn/file';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasher, ingestContext } from '../../test/ingest-context.js';
import { noise, openFiles, scratchFolder } from '../../test/scratch.js';
import type { IngestContext } from '../ingest/ingestor.js';
import { plainFiles } from '../packs/pack-files.js';
import { LargeFile } from './large-file.js';
import { PackWindow } from './pack-window.js';
import {
  type FileToRestore,
  type PlacedRecord,
  type Restored,
  restoreFiles,
  type Target,
} from './restore-files.js';

const { sync } = nodeFileSystem;

/** Writes a pack's bytes, with a gap before each record, and says where the records are. */
function packOf(
  folder: string,
  name: string,
  records: readonly { bytes: Buffer; gap: number }[],
): PlacedRecord[] {
  const pack = join(folder, name);
  const parts: Buffer[] = [];
  let at = 0;
  const placed = records.map(({ bytes, gap }) => {
    parts.push(Buffer.alloc(gap, 0xee), bytes);
    const start = at + gap;
    at = start + bytes.length;
    return { pack, start, length: bytes.length };
  });
  writeFileSync(pack, Buffer.concat(parts));
  return placed;
}

function one(path: string, bytes: Buffer, folder: string = scratchFolder()): FileToRestore {
  const [record] = packOf(folder, 'one', [{ bytes, gap: 3 }]);
  return { path, digest: hasher.hash(bytes), size: bytes.length, record };
}

interface LargeToRestore extends Target {
  readonly records: readonly PlacedRecord[];
}

function several(path: string, parts: readonly Buffer[], folder: string = scratchFolder()): LargeToRestore {
  const bytes = Buffer.concat(parts);
  const records = packOf(
    folder,
    'several',
    parts.map((part, i) => ({ bytes: part, gap: i * 100 })),
  );
  return { path, digest: hasher.hash(bytes), size: bytes.length, records };
}

/** Makes a large file, a few records at a time. */
function restoreLarge(context: IngestContext, { records, ...target }: LargeToRestore): Restored {
  const file = new LargeFile(context, target);
  while (file.mayBeRight) {
    const { right } = file.compare();
    if (right !== undefined) return { outcome: 'right', stamp: right };
  }
  for (let at = 0; ; at += 3) {
    const restored = file.write(records.slice(at, at + 3), at + 3 >= records.length);
    if (restored !== undefined) return restored;
  }
}

const packOfFile = (file: FileToRestore | LargeToRestore): string =>
  ('records' in file ? file.records[0] : file.record)?.pack as string;

const restoreOne = (context: IngestContext, file: FileToRestore | LargeToRestore): Restored =>
  'records' in file ? restoreLarge(context, file) : (restoreFiles(context, [file])[0] as Restored);

const outcomes = (context: IngestContext, files: readonly (FileToRestore | LargeToRestore)[]) =>
  files.map((file) => restoreOne(context, file).outcome);

describe('reading records of packs', () => {
  const gaps = fc.constantFrom(0, 0, 1, 65_535, 65_536, 65_537, 200_000);
  const record = fc.record({
    size: fc.constantFrom(0, 1, 500, 8192),
    gap: gaps,
    pack: fc.constantFrom('a', 'b'),
  });

  it('gives the bytes of each, in any order, announced or not', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 12 }),
        fc.func(fc.nat()),
        fc.boolean(),
        (all, rank, isSorted) => {
          const folder = scratchFolder();
          const contents = all.map(({ size, gap }, i) => ({ bytes: noise(size, i + 1), gap }));
          const items = ['a', 'b'].flatMap((name) => {
            const own = contents.filter((_, i) => all[i]?.pack === name);
            const placed = packOf(folder, name, own);
            return placed.map((place, i) => ({ place, bytes: own[i]?.bytes as Buffer }));
          });
          if (!isSorted) items.sort((x, y) => rank(x.place.start) - rank(y.place.start));
          const atFirst = openFiles();
          const window = new PackWindow(plainFiles(sync), new Uint8Array(70_000));
          const announced = items.filter((_, i) => i % 5 !== 4);
          window.announce(announced.map(({ place }) => place));
          for (const { place, bytes } of items)
            expect(Buffer.from(window.read(place) as Uint8Array).equals(bytes)).toBe(true);
          window.close();
          expect(openFiles()).toBe(atFirst);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads those that lie close together at once', () => {
    let count = 0;
    const fs = {
      ...sync,
      readSync: (...args: unknown[]) => {
        count++;
        return (sync.readSync as (...args: unknown[]) => number)(...args);
      },
    } as SyncFileSystem;
    const contents = Array.from({ length: 50 }, (_, i) => ({ bytes: noise(100, i + 1), gap: 40 }));
    const places = packOf(scratchFolder(), 'p', contents);
    const window = new PackWindow(plainFiles(fs), new Uint8Array(100_000));
    window.announce(places);
    for (const place of places) window.read(place);
    expect(count).toBe(1);
    window.close();
  });

  it('goes on after what is not there', () => {
    const folder = scratchFolder();
    const [first, second] = packOf(folder, 'p', [
      { bytes: noise(10), gap: 0 },
      { bytes: noise(20), gap: 0 },
    ]) as [PlacedRecord, PlacedRecord];
    const window = new PackWindow(plainFiles(sync), new Uint8Array(1000));
    expect(window.read({ ...first, pack: join(folder, 'gone') })).toBeUndefined();
    expect(window.read({ ...second, length: 21 })).toBeUndefined();
    expect(window.read({ ...second, length: 5000 })).toBeUndefined();
    expect(window.read({ ...second, start: 9999 })).toBeUndefined();
    expect(Buffer.from(window.read(second) as Uint8Array)).toEqual(noise(20));
    expect(Buffer.from(window.read(first) as Uint8Array)).toEqual(noise(10));
    window.close();
  });
});

describe('restoring files', () => {
  it('makes them of one record or of several, in several packs, with gaps', () => {
    const folder = scratchFolder();
    const parts = [noise(8000, 1), noise(8192, 2), noise(1, 3)];
    const files = [
      one(join(folder, 'small'), noise(1000, 4)),
      several(join(folder, 'large'), parts),
      one(join(folder, 'empty'), Buffer.of()),
      several(
        join(folder, 'many'),
        Array.from({ length: 100 }, (_, i) => noise(3000, i + 10)),
      ),
    ];
    expect(outcomes(ingestContext(), files)).toEqual(Array(4).fill('written'));
    for (const { path, digest, size } of files) {
      expect(statSync(path).size).toBe(size);
      expect(hasher.hash(readFileSync(path))).toBe(digest);
    }
    expect(readdirSync(folder).sort()).toEqual(['empty', 'large', 'many', 'small']);
    expect(outcomes(ingestContext(), files)).toEqual(Array(4).fill('right'));
  });

  it.each(['small', 'large'])(
    'leaves a %s file alone that is right, and replaces one that is not',
    (size) => {
      const folder = scratchFolder();
      const path = join(folder, 'file');
      const bytes = noise(9000);
      const file =
        size === 'small' ? one(path, bytes) : several(path, [bytes.subarray(0, 5), bytes.subarray(5)]);
      for (const wrong of [noise(9000, 2), noise(8999), noise(9001), Buffer.of()]) {
        writeFileSync(path, wrong);
        expect(outcomes(ingestContext(), [file])).toEqual(['written']);
        expect(readFileSync(path)).toEqual(bytes);
        const { ino, mtimeMs } = statSync(path);
        expect(outcomes(ingestContext(), [file])).toEqual(['right']);
        expect(statSync(path)).toMatchObject({ ino, mtimeMs });
      }
      expect(readdirSync(folder)).toEqual(['file']);
    },
  );

  it('replaces a link, and leaves alone what it leads to', () => {
    const folder = scratchFolder();
    const path = join(folder, 'file');
    const target = join(folder, 'target');
    for (const [i, contents] of [noise(50), noise(50), noise(50, 2)].entries()) {
      writeFileSync(target, contents);
      symlinkSync(target, `${path}-${i}`);
      const file =
        i === 0
          ? several(`${path}-${i}`, [noise(50).subarray(0, 9), noise(50).subarray(9)])
          : one(`${path}-${i}`, noise(50));
      expect(outcomes(ingestContext(), [file])).toEqual(['written']);
      expect(lstatSync(file.path).isFile()).toBe(true);
      expect(readFileSync(target)).toEqual(contents);
    }
  });

  it.skipIf(process.platform === 'win32')('waits for no pipe, and replaces it', () => {
    for (const kind of ['small', 'large']) {
      const path = join(scratchFolder(), 'file');
      let waits: boolean | undefined;
      writeFileSync(path, noise(9000, 2));
      const openSync: typeof sync.openSync = (opened, flags, mode) => {
        if (opened === path) {
          rmSync(path);
          expect(spawnSync('mkfifo', [path]).status).toBe(0);
          waits = (Number(flags) & constants.O_NONBLOCK) === 0;
          // A test that waits for ever would not say why.
          if (waits) throw new Error('it would wait for ever');
        }
        return sync.openSync(opened, flags, mode);
      };
      const bytes = noise(9000);
      const file =
        kind === 'small' ? one(path, bytes) : several(path, [bytes.subarray(0, 5), bytes.subarray(5)]);
      expect(outcomes(ingestContext({ fs: { ...sync, openSync } }), [file])).toEqual(['written']);
      expect(waits).toBe(false);
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  it('writes nothing of what is damaged, cut or gone, and goes on with the others', () => {
    const folder = scratchFolder();
    const packs = scratchFolder();
    const good = one(join(folder, 'good'), noise(10));
    const files = [
      one(join(folder, 'a'), noise(100), packs),
      several(join(folder, 'b'), [noise(100), noise(200, 2)], packs),
    ];
    const damages: ((pack: string) => void)[] = [
      (pack) => {
        const bytes = readFileSync(pack);
        bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
        writeFileSync(pack, bytes);
      },
      (pack) => truncateSync(pack, statSync(pack).size - 1),
      (pack) => truncateSync(pack, 0),
    ];
    writeFileSync(join(folder, 'a'), 'before');
    for (const damage of damages) {
      for (const pack of files.map(packOfFile)) damage(pack);
      expect(outcomes(ingestContext(), [...files, good])[0]).toBe('unreadable');
      expect(outcomes(ingestContext(), [...files, good])).toEqual(['unreadable', 'unreadable', 'right']);
      expect(readdirSync(folder).sort()).toEqual(['a', 'good']);
      expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('before');
    }
    const lost = { ...good, path: join(folder, 'lost'), record: undefined };
    const cut = { ...good, path: join(folder, 'cut'), records: [] };
    expect(outcomes(ingestContext(), [lost, cut])).toEqual(['unreadable', 'unreadable']);
    expect(readdirSync(folder).sort()).toEqual(['a', 'good']);
  });

  it('says what is in the way', async () => {
    const folder = scratchFolder();
    const restore = async (path: string) => restoreFiles(ingestContext(), [one(path, noise(10))]);
    mkdirSync(join(folder, 'folder'));
    const error = await expectCairnError(restore(join(folder, 'folder')), 'path_conflict');
    expect(error.message).toContain(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), '');
    await expectCairnError(restore(join(folder, 'file', 'below')), 'not_found');
    await expectCairnError(restore(join(folder, 'x'.repeat(300))), 'path_invalid');
    await expectCairnError(restore(join(folder, 'missing', 'file')), 'not_found');
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder']);
  });

  it('gives the permissions that a new file has', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'usual'), '');
    restoreFiles(ingestContext(), [one(join(folder, 'file'), noise(10))]);
    expect(statSync(join(folder, 'file')).mode).toBe(statSync(join(folder, 'usual')).mode);
  });

  it.each(['openSync', 'writeSync', 'fstatSync', 'closeSync', 'renameSync'] as const)(
    'leaves no file and nothing open when %s fails',
    async (name) => {
      const path = join(scratchFolder(), 'file');
      const call = sync[name] as (...args: unknown[]) => unknown;
      const failing = (...args: unknown[]) => {
        const isOfFile = name === 'openSync' ? String(args[0]).endsWith('.tmp') : true;
        if (!isOfFile) return call(...args);
        if (name === 'closeSync') call(...args);
        throw Object.assign(new Error(`ENOSPC: ${name}`), { code: 'ENOSPC' });
      };
      const atFirst = openFiles();
      const context = ingestContext({ fs: { ...sync, [name]: failing } as SyncFileSystem });
      for (const file of [one(path, noise(10)), several(path, [noise(10), noise(10)])]) {
        await expectCairnError((async () => restoreOne(context, file))(), 'storage_full');
        expect(readdirSync(join(path, '..'))).toEqual([]);
        expect(openFiles()).toBe(atFirst);
      }
    },
  );
});
