import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { measureFolder, rewrittenMB, stampsOf } from './folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-folder-'));
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder, 'a', 'one'), Buffer.alloc(1000));
  writeFileSync(join(folder, 'a', 'b', 'two'), Buffer.alloc(500));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('files are counted at every depth, folders are not', () => {
  expect(measureFolder(folder)).toMatchObject({ objects: 2, storedMB: 0.0015 });
});

test('a folder that is not there holds nothing', () => {
  expect(measureFolder(join(folder, 'none'))).toEqual({ objects: 0, storedMB: 0, diskMB: 0 });
});

test('files that were left alone were not rewritten', () => {
  expect(rewrittenMB(folder, stampsOf(folder))).toBe(0);
});

test('a file that was replaced, written or added counts with its size', () => {
  const before = stampsOf(folder);
  const two = join(folder, 'a', 'b', 'two');
  writeFileSync(join(folder, 'a', 'b', 'new'), Buffer.alloc(500));
  renameSync(join(folder, 'a', 'b', 'new'), two);
  expect(rewrittenMB(folder, before)).toBe(0.0005);
  utimesSync(join(folder, 'a', 'one'), 1, 1);
  expect(rewrittenMB(folder, before)).toBe(0.0015);
  writeFileSync(join(folder, 'three'), Buffer.alloc(2000));
  expect(rewrittenMB(folder, before)).toBe(0.0035);
});
