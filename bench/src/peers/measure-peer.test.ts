import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MeasureOptions, measurePeer } from './measure-peer.js';
import type { Peer } from './peer.js';

const hasGnuTime = spawnSync('time', ['--version']).status === 0;

/** Keeps a copy of each version; prints as a program of this workspace does. */
const copier: Peer = {
  name: 'copier',
  probe: ['cp', '--version'],
  store: 'store',
  env: () => ({ FOUND: '7' }),
  setUp: () => [['mkdir', 'store']],
  add: ({ data, number }) => [
    'sh',
    '-c',
    'cp -r "$1" "store/$2" && echo "{\\"found\\":$FOUND}"',
    'sh',
    data,
    `v${number}`,
  ],
  restore: ({ number, out }) => ['cp', '-r', `store/v${number}/.`, out],
};

let folder: string;
let options: MeasureOptions;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-measure-'));
  const data = { first: join(folder, 'first'), second: join(folder, 'second') };
  for (const [at, place] of [data.first, data.second].entries()) {
    mkdirSync(place);
    writeFileSync(join(place, 'data.bin'), Buffer.alloc(1000 * (at + 1)));
  }
  options = { set: 'A', data, work: join(folder, 'work'), path: process.env.PATH ?? '', limit: 100 };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasGnuTime)('a tool', { timeout: 120_000 }, () => {
  test('is taken through the steps of a data set, and its store is looked at after each', async () => {
    const results = await measurePeer(copier, options);
    expect(results).toMatchObject([
      { step: 'add', sample: { objects: 1, storedMB: 0.001, newMB: 0.001, metrics: { found: 7 } } },
      { step: 'again', sample: { objects: 2, newObjects: 1, newMB: 0.001 } },
      { step: 'restore', sample: { newObjects: 0, rewrittenMB: 0, metrics: {} } },
      { step: 'restoreAgain', sample: { rewrittenMB: 0.001 } },
    ]);
  });

  test('gets the second version after the first', async () => {
    const results = await measurePeer(copier, { ...options, set: 'B' });
    expect(results).toMatchObject([
      { step: 'add', sample: { newMB: 0.001 } },
      { step: 'addSecond', sample: { newMB: 0.002, storedMB: 0.003 } },
      { step: 'restoreSecond' },
    ]);
  });

  test('that cannot restore skips those steps', async () => {
    const { restore: _, ...other } = copier;
    const results = await measurePeer(other, options);
    expect(results.map(({ step }) => step)).toEqual(['add', 'again']);
  });

  test('that fails gets no further, and says why', async () => {
    const broken: Peer = { ...copier, restore: () => ['sh', '-c', 'echo no room >&2; exit 1'] };
    const results = await measurePeer(broken, options);
    expect(results.map(({ step }) => step)).toEqual(['add', 'again', 'restore']);
    expect(results.at(-1)).toMatchObject({ note: expect.stringContaining('no room') });
  });

  test('that takes too long is stopped', async () => {
    const slow: Peer = { ...copier, add: () => ['sleep', '600'] };
    expect(await measurePeer(slow, { ...options, limit: 2 })).toEqual([
      { step: 'add', note: 'stopped after 2 s' },
    ]);
  });

  test('finds its files staged before they are added, but not again when they are the same', async () => {
    const staged: Peer = {
      ...copier,
      stage: ({ data }) => [
        ['sh', '-c', 'mkdir -p staged && cp "$1"/* staged/ && echo >> count', 'sh', data],
      ],
      add: ({ number }) => ['sh', '-c', 'cp -r staged "store/$1" && cp count store/', 'sh', `v${number}`],
    };
    const [add, again] = await measurePeer(staged, options);
    expect(add).toMatchObject({ sample: { objects: 2, storedMB: 0.001001 } });
    expect(again).toMatchObject({ sample: { objects: 3, storedMB: 0.002001 } });
  });
});
