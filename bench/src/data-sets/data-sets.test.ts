import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editedFile, edits, largeFile } from './large-file.js';
import { changedFiles, smallFiles } from './small-files.js';
import { filesOf, writeDataSet } from './write-data-set.js';

const digest = (bytes: Iterable<Uint8Array>): string => {
  const hash = createHash('sha256');
  for (const piece of bytes) hash.update(piece);
  return hash.digest('hex').slice(0, 16);
};
const small = { count: 60, perFolder: 25, minSize: 100, maxSize: 300 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-data-sets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the bytes are those of the seed, today and on every machine', () => {
  const bytesOf = (seed: string) => [...smallFiles(small, seed)].flatMap(({ pieces }) => pieces);
  expect(digest(bytesOf('cairn'))).toBe('a253bab4841c9ea8');
  expect(digest(bytesOf('other'))).not.toBe('a253bab4841c9ea8');
  expect(digest(largeFile(3_000_000, 'cairn'))).toBe('a1a96dc47cfc8e4e');
  expect(digest(editedFile(3_000_000, 'cairn'))).toBe('75cc500698afec5b');
});

test('small files have the sizes and the folders that are asked for', () => {
  const files = [...smallFiles(small, 'cairn')];
  const sizes = files.map(({ pieces }) => pieces[0].length);
  expect(files).toHaveLength(60);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(300);
  expect(new Set(files.map(({ path }) => path)).size).toBe(60);
  expect(new Set(files.map(({ path }) => path.split('/')[0]))).toEqual(
    new Set(['part-0000', 'part-0001', 'part-0002']),
  );
});

test('changed files have the paths of some, and other bytes', () => {
  const before = new Map([...smallFiles(small, 'cairn')].map(({ path, pieces }) => [path, pieces[0]]));
  const changed = [...changedFiles(small, 6, 'cairn')];
  expect(new Set(changed.map(({ path }) => path)).size).toBe(6);
  for (const { path, pieces } of changed) expect(before.get(path)?.equals(pieces[0])).toBe(false);
});

test('the second version of a large file is the first one with 21 inserts and 21 overwrites', () => {
  const size = 8_000_000;
  const first = Buffer.concat([...largeFile(size, 'cairn')]);
  const second = Buffer.concat([...editedFile(size, 'cairn')]);
  const made = edits(size, 'cairn');
  expect(first).toHaveLength(size);
  expect(made.filter(({ replaced }) => replaced === 0)).toHaveLength(21);
  expect(made.filter(({ replaced, bytes }) => replaced === 65_536 && bytes.length === replaced)).toHaveLength(
    21,
  );

  const parts: Buffer[] = [];
  let at = 0;
  for (const edit of made) {
    parts.push(first.subarray(at, edit.at), edit.bytes);
    at = edit.at + edit.replaced;
  }
  expect(second.equals(Buffer.concat([...parts, first.subarray(at)]))).toBe(true);
});

test('a data set is written once', () => {
  const { first } = writeDataSet('A', 0.002, folder);
  const files = readdirSync(first, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files).toHaveLength(filesOf('A', 0.002).count);

  const path = join(first, 'part-0000', 'item-0000000.bin');
  const { ino, mtimeMs } = statSync(path);
  writeDataSet('A', 0.002, folder);
  expect(statSync(path)).toMatchObject({ ino, mtimeMs });
});

test('a data set that was not finished is written anew', () => {
  const { first } = writeDataSet('A', 0.001, folder);
  const path = join(first, 'part-0000', 'item-0000000.bin');
  const bytes = readFileSync(path);
  writeFileSync(path, 'half');
  rmSync(join(folder, 'A-0.001', 'complete.json'));
  writeDataSet('A', 0.001, folder);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('the second folder of C holds what 100 entries become', () => {
  const { second } = writeDataSet('C', 0.001, folder);
  const files = readdirSync(second, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files).toHaveLength(100);
});
