import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { ContentDigest, CopyResult } from '@cairn/core';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { putAll } from '../../test/put.js';
import { noise, openFiles, scratchFolder } from '../../test/scratch.js';
import type { LocalStore } from '../local-store.js';
import { openStore } from '../open-store.js';

/** More than two parts. */
const bytes = noise(10_000_000);

let store: LocalStore;
let folder: string;
let copies: string;
let path: string;
let digest: ContentDigest;
beforeEach(async () => {
  folder = scratchFolder();
  [copies, path] = [join(folder, 'copies'), join(folder, 'copies/file')];
  mkdirSync(copies);
  const opened = await openStore(join(folder, 'store'));
  store = opened;
  onTestFinished(() => opened.close());
  digest = (await putAll(store.blobs, [{ kind: 'bytes', bytes }]))[0]?.digest as ContentDigest;
});

/** Copies the blob, and answers what came of it and what was told of its bytes. */
async function copy(onBytes?: (count: number) => void, signal?: AbortSignal) {
  const told: number[] = [];
  let result: CopyResult | undefined;
  const options = {
    signal,
    onBytes(count: number) {
      told.push(count);
      onBytes?.(count);
    },
  };
  for await (const one of store.blobs.copyTo([{ digest, path }], options)) result = one;
  return { written: result?.written, told };
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

/** Makes a file that only its bytes can tell to be right. */
function makeCopy(contents: Buffer): void {
  writeFileSync(path, contents);
  utimesSync(path, 1, 1);
}

it('tells of a large file as it goes, whether it is written or compared', async () => {
  const first = await copy();
  expect(first).toMatchObject({ written: true });
  expect(first.told.length).toBeGreaterThan(2);
  makeCopy(bytes);
  const { ino } = statSync(path);
  const again = await copy();
  expect(again).toMatchObject({ written: false });
  expect(again.told.length).toBeGreaterThan(2);
  expect(statSync(path).ino).toBe(ino);
  makeCopy(noise(bytes.length, 2));
  const over = await copy();
  expect(over).toMatchObject({ written: true });
  for (const { told } of [first, again, over]) expect(sum(told)).toBe(bytes.length);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

it.each(['no file', 'a right one', 'a wrong one'])(
  'stops in the middle of a large file when it is aborted, where there is %s',
  async (before) => {
    if (before === 'a right one') makeCopy(bytes);
    if (before === 'a wrong one') makeCopy(noise(bytes.length, 2));
    const names = readdirSync(copies);
    const there = names.map((name) => readFileSync(join(copies, name)));
    const atFirst = openFiles();
    const stop = new AbortController();
    let told = 0;
    const copying = copy((count) => {
      told += count;
      stop.abort(new Error('enough'));
    }, stop.signal);
    await expect(copying).rejects.toThrow('enough');
    expect(told).toBeLessThan(bytes.length);
    expect(readdirSync(copies)).toEqual(names);
    for (const contents of there) expect(readFileSync(path).equals(contents)).toBe(true);
    expect(openFiles()).toBe(atFirst);
    expect((await copy()).written).toBe(before !== 'a right one');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  },
);

it('leaves nothing of a large file whose last bytes can not be read', async () => {
  const packs = join(folder, 'store/packs');
  const cut = () => {
    for (const name of readdirSync(packs)) truncateSync(join(packs, name), 9_000_000);
  };
  const atFirst = openFiles();
  let told = 0;
  const copying = copy((count) => {
    if (told === 0) cut();
    told += count;
  });
  const error = await expectCairnError(copying, 'integrity_mismatch');
  expect(error.message).toContain(digest);
  expect(told).toBeLessThan(bytes.length);
  expect(readdirSync(copies)).toEqual([]);
  expect(openFiles()).toBe(atFirst);
});
