import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { runProgram } from './child.js';
import { checkInvariants } from './inspect-store.js';

// The full run is 64x50: CAIRN_TEST_WRITERS=64x50.
const [processes = 8, versions = 25] = (process.env.CAIRN_TEST_WRITERS ?? '8x25').split('x').map(Number);
const limit = 60_000 + processes * versions * 60;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cairn-concurrency-')), 'store');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

/** Starts programs at once in a folder where there is no store yet, and returns what they were told. */
async function logAtOnce(labels: readonly string[]): Promise<{ version: number; created: boolean }[]> {
  const children = await Promise.all(
    labels.map((label) => runProgram('log-versions', [folder, 'model', String(versions), label])),
  );
  for (const { code, stderr } of children) expect([code, stderr]).toEqual([0, '']);
  return children.flatMap(({ lines }) => lines as { version: number; created: boolean }[]);
}

it(
  `numbers what ${processes} processes log at once without gaps, each once`,
  async () => {
    const start = performance.now();
    const logged = await logAtOnce(Array.from({ length: processes }, (_, i) => `process-${i}`));
    console.info(
      `${logged.length} versions by ${processes} processes in ${Math.round(performance.now() - start)} ms`,
    );
    expect(logged.map(({ created }) => created)).not.toContain(false);
    const numbers = logged.map(({ version }) => version).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: processes * versions }, (_, i) => i));
    const store = await openStore(folder);
    expect(await checkInvariants(store)).toHaveLength(processes * versions);
    await store.close();
  },
  limit,
);

it(
  `makes one version of what ${processes} processes log alike`,
  async () => {
    const logged = await logAtOnce(Array.from({ length: processes }, () => 'same'));
    expect(logged.filter(({ created }) => created)).toHaveLength(versions);
    const store = await openStore(folder);
    expect(await checkInvariants(store)).toHaveLength(versions);
    await store.close();
  },
  limit,
);

it(
  `is made once by ${processes} processes that don't agree on its algorithm`,
  async () => {
    const wanted = Array.from({ length: processes }, (_, i) => (i % 2 === 0 ? 'blake3' : 'sha256'));
    const children = await Promise.all(
      wanted.map((algorithm) => runProgram('open-store', [folder, algorithm])),
    );
    for (const { code, stderr } of children) expect([code, stderr]).toEqual([0, '']);
    const store = await openStore(folder);
    const { algorithm } = store.blobs;
    const expected = wanted.map((each) => [each === algorithm ? { algorithm } : { failed: 'conflict' }]);
    expect(children.map(({ lines }) => lines)).toEqual(expected);
    await store.close();
  },
  limit,
);
