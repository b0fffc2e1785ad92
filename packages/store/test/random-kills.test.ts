import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Acknowledged, acknowledged, checkStore } from './acknowledged.js';
import { runProgram } from './child.js';
import { report } from './report.js';
import { isFull } from './scale.js';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-kills-'));
  folder = join(base, 'store');
});
afterEach(() => rm(base, { recursive: true }));

/** Kills a program again and again, after each time something else, and checks the store after each. */
async function killAtRandom(
  kills: number,
  program: string,
  argsOf: (label: string, count: string) => readonly string[],
  mostMs: number,
): Promise<void> {
  const known: Acknowledged[] = [];
  let count = 0;
  for (let kill = 0; kill < kills; kill++) {
    const killAfterMs = 60 + Math.random() * mostMs;
    const result = await runProgram(program, argsOf(`kill-${kill}`, '200'), { killAfterMs });
    expect(result.stderr).toBe('');
    known.push(...acknowledged(result));
    count = await checkStore(folder, known);
  }
  report('Acknowledged means kept', {
    [`kills of ${program} at random moments`]: kills,
    [`versions acknowledged by ${program}`]: known.length,
    lost: 0,
  });
  // Killed in the middle of it more often than before the first version or after the last.
  expect(known.length).toBeGreaterThan(kills / 2);
  const { code, lines } = await runProgram(program, argsOf('after', '2'));
  expect(code).toBe(0);
  expect(await checkStore(folder, acknowledged({ lines }))).toBe(count + 2);
}

const kills = isFull ? 300 : 12;
const killsOfMany = isFull ? 40 : 4;

it(
  `survives kill -9 at ${kills} random moments`,
  () => killAtRandom(kills, 'log-versions', (label, count) => [folder, 'model', count, label], 500),
  30_000 + kills * 8000,
);

const many = '1200';
const source = () => join(base, 'source');

it(
  `survives kill -9 at ${killsOfMany} random moments while worker threads help`,
  async () => {
    await killAtRandom(
      killsOfMany,
      'log-files',
      (label, count) => [folder, 'files', count, label, source(), many],
      2500,
    );
    const { lines } = await runProgram('log-files', [folder, 'files', '1', 'last', source(), many]);
    expect((lines.at(-1) as { workers: number }).workers).toBeGreaterThan(0);
  },
  30_000 + killsOfMany * 20_000,
);

it(
  `shows no half-made file after kill -9 at ${killsOfMany} random moments of restoring`,
  async () => {
    await runProgram('log-files', [folder, 'files', '1', 'label', source(), many]);
    const destination = join(base, 'copies');
    await mkdir(destination);
    const isWhole = async (name: string) =>
      `label 0 ${name.slice('0-'.length)}`.repeat(20) === (await readFile(join(destination, name), 'utf8'));
    let [partly, seen] = [0, 0];
    for (let kill = 0; kill < killsOfMany; kill++) {
      await rm(destination, { recursive: true });
      await mkdir(destination);
      const most = Math.random() * Number(many);
      const killWhen = () => readdirSync(destination).length > most;
      await runProgram('restore-files', [folder, destination], { killWhen });
      const names = (await readdir(destination)).filter((name) => !/^\.cairn-.*\.tmp$/.test(name));
      for (const name of names) expect(await isWhole(name), name).toBe(true);
      seen += names.length;
      if (names.length > 0 && names.length < Number(many)) partly++;
    }
    expect(partly).toBeGreaterThan(0);
    const { lines } = await runProgram('restore-files', [folder, destination]);
    expect(lines).toEqual([{ restored: Number(many) }]);
    for (let i = 0; i < Number(many); i++) expect(await isWhole(`0-${i}`)).toBe(true);
    report('No half-made file is shown', {
      'kills while files are made': killsOfMany,
      'of them in the middle': partly,
      'files found whole': seen,
    });
  },
  30_000 + killsOfMany * 20_000,
);
