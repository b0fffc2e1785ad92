import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { type ChildResult, runProgram } from './child.js';
import { checkInvariants } from './inspect-store.js';
import { isFull, sample } from './scale.js';
import { type Point, runInjected, tracePoints, whyNoStrace } from './strace.js';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-crash-'));
  folder = join(base, 'store');
});
afterEach(() => rm(base, { recursive: true }));

interface Acknowledged {
  readonly version: number;
  readonly digest: string;
}

function acknowledged({ lines }: ChildResult): Acknowledged[] {
  return (lines as Partial<Acknowledged>[]).filter((line): line is Acknowledged => line.digest !== undefined);
}

/** Checks that a store is whole and has all that was acknowledged. */
async function checkStore(expected: readonly Acknowledged[]): Promise<number> {
  const store = await openStore(folder);
  try {
    const versions = await checkInvariants(store);
    for (const { version, digest } of expected) expect(versions[version]?.digest).toBe(digest);
    return versions.length;
  } finally {
    await store.close();
  }
}

/** Logs what a program that was cut short should have logged, and checks that all of it is there exactly once. */
async function repeat(args: readonly string[], before: number, label: string): Promise<void> {
  const { code, stderr, lines } = await runProgram('log-versions', args);
  expect([code, stderr], label).toEqual([0, '']);
  expect(lines, label).not.toContainEqual(expect.objectContaining({ failed: expect.anything() }));
  expect(await checkStore(acknowledged({ lines } as ChildResult)), label).toBe(before + Number(args[2]));
}

const kills = isFull ? 100 : 12;

it(
  `survives kill -9 at ${kills} random moments`,
  async () => {
    const known: Acknowledged[] = [];
    let count = 0;
    for (let kill = 0; kill < kills; kill++) {
      const args = [folder, 'model', '200', `kill-${kill}`];
      const result = await runProgram('log-versions', args, { killAfterMs: Math.random() * 400 });
      expect(result.stderr).toBe('');
      known.push(...acknowledged(result));
      count = await checkStore(known);
    }
    // Killed in the middle of it more often than before the first version or after the last.
    expect(known.length).toBeGreaterThan(kills);
    await repeat([folder, 'model', '3', 'after'], count, 'after all kills');
  },
  30_000 + kills * 8000,
);

const why = whyNoStrace();
const title = why === undefined ? '' : ` (skipped: ${why})`;

describe.skipIf(why !== undefined)(`at every change of a file${title}`, () => {
  /** Does something to a program at each point at which it changes a file, each time from the same state on. */
  async function walk(
    template: string | undefined,
    choose: (points: readonly Point[]) => readonly Point[],
    effect: string,
  ): Promise<void> {
    const args = [folder, 'model', '1', 'walk'];
    const reset = async () => {
      await rm(folder, { recursive: true, force: true });
      if (template !== undefined) cpSync(template, folder, { recursive: true });
    };
    await reset();
    const points = choose(await tracePoints(folder, 'log-versions', args));
    expect(points.length).toBeGreaterThan(0);
    const before = template === undefined ? 0 : 2;
    let failures = 0;
    for (const point of points) {
      await reset();
      const result = await runInjected(point, effect, 'log-versions', args);
      const label = `${effect} at ${point.call} ${point.nth}: ${point.shown}\n${result.stderr}`;
      if (effect === 'signal=SIGKILL') expect(result.signal, label).toBe('SIGKILL');
      else expect(result.code, label).toBe(0);
      if (result.lines.some((line) => 'failed' in (line as object))) failures++;
      await checkStore(acknowledged(result)).catch((error: unknown) => {
        throw new Error(label, { cause: error });
      });
      await repeat(args, before, label);
    }
    console.info(
      `${points.length} points walked with ${effect}, ${failures} of them ended in an error that was reported`,
    );
  }

  /** A store with two versions. */
  async function makeTemplate(): Promise<string> {
    const template = join(base, 'template');
    await runProgram('log-versions', [template, 'model', '2', 'template']);
    return template;
  }

  const few = (points: readonly Point[]) => sample(points, 12);
  const of =
    (...calls: string[]) =>
    (points: readonly Point[]) =>
      sample(
        points.filter(({ call }) => calls.includes(call)),
        6,
      );
  const limit = isFull ? 1_200_000 : 120_000;

  it(
    'keeps its promises when killed while it makes a store and logs',
    () => walk(undefined, few, 'signal=SIGKILL'),
    limit,
  );

  it(
    'keeps its promises when killed while it logs',
    async () => walk(await makeTemplate(), few, 'signal=SIGKILL'),
    limit,
  );

  it(
    'keeps its promises when a sync fails',
    async () => walk(await makeTemplate(), of('fsync', 'fdatasync'), 'error=EIO'),
    limit,
  );

  it(
    'keeps its promises when the disk is full',
    async () => walk(await makeTemplate(), of('pwrite64', 'link', 'mkdir'), 'error=ENOSPC'),
    limit,
  );
});
