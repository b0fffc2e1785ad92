import { cpSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { acknowledged, checkStore } from './acknowledged.js';
import { type ChildResult, runProgram } from './child.js';
import { commit, log, put, randomBytes, readVersions, storeFiles } from './maintained-store.js';
import { report } from './report.js';
import { isFull, sample } from './scale.js';
import { type Point, runInjected, tracePoints, whyNoStrace } from './strace.js';

let base: string;
let folder: string;
let template: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-crash-'));
  [folder, template] = [join(base, 'store'), join(base, 'template')];
});
afterEach(() => rm(base, { recursive: true }));

/** A program that is cut short at some points, each time from the same state on. */
interface Walked {
  readonly program: string;
  readonly args: readonly string[];
  /** Makes that state, in an empty folder. */
  prepare(): Promise<void>;
  /** Checks what is left of it, and that the program does its work when it is run again. */
  check(result: ChildResult): Promise<void>;
}

const few = (points: readonly Point[]) => sample(points, 5);
const ofSome =
  (...calls: string[]) =>
  (points: readonly Point[]) =>
    sample(
      points.filter(({ call }) => calls.includes(call)),
      6,
    );

async function walk(
  walked: Walked,
  choose: (points: readonly Point[]) => readonly Point[],
  effect: string,
): Promise<void> {
  const { program, args } = walked;
  const reset = async () => {
    for (const name of await readdir(base))
      if (join(base, name) !== template) await rm(join(base, name), { recursive: true });
    await walked.prepare();
  };
  await reset();
  const points = choose(await tracePoints(base, program, args));
  expect(points.length).toBeGreaterThan(0);
  let errors = 0;
  for (const point of points) {
    await reset();
    const result = await runInjected(point, effect, program, args);
    const label = `${effect} at ${point.call} ${point.nth}: ${point.shown}\n${result.stderr}`;
    if (effect === 'signal=SIGKILL') expect(result.signal, label).toBe('SIGKILL');
    else expect(result.code, label).toBe(0);
    if (result.lines.some((line) => 'failed' in (line as object))) errors++;
    await walked.check(result).catch((error: unknown) => {
      throw new Error(label, { cause: error });
    });
  }
  const kind = effect === 'signal=SIGKILL' ? 'kills' : effect;
  report('Acknowledged means kept', {
    [`${kind} at chosen changes of files by ${program}`]: points.length,
    errors,
  });
}

/** Runs a program to its end, which must be a good one. */
async function complete({ program, args }: Pick<Walked, 'program' | 'args'>): Promise<readonly unknown[]> {
  const { code, stderr, lines } = await runProgram(program, args);
  expect([code, stderr]).toEqual([0, '']);
  expect(lines).not.toContainEqual(expect.objectContaining({ failed: expect.anything() }));
  return lines;
}

/** Logs a version with a blob that is cut into chunks, to a store with two versions or to none. */
function logging(before: 0 | 2): Walked {
  return {
    program: 'log-versions',
    args: [folder, 'model', '1', 'walk', '300000'],
    async prepare() {
      if (before === 0) return;
      await makeTemplate();
      cpSync(template, folder, { recursive: true });
    },
    async check(result) {
      await checkStore(folder, acknowledged(result));
      const lines = await complete(this);
      expect(await checkStore(folder, acknowledged({ lines }))).toBe(before + 1);
    },
  };
}

/** A store with two versions. */
async function makeTemplate(): Promise<void> {
  const { length } = await readdir(template).catch(() => []);
  if (length === 0) await runProgram('log-versions', [template, 'model', '2', 'template', '300000']);
}

/** Makes files of two versions, one where an old file is. */
function restoring(): Walked {
  const destination = join(base, 'copies');
  const contents = (i: number) => `model template ${i}`.padEnd(300_000);
  return {
    program: 'restore-files',
    args: [folder, destination],
    async prepare() {
      await makeTemplate();
      cpSync(template, folder, { recursive: true });
      await mkdir(destination);
      await writeFile(join(destination, '0-0'), 'old');
    },
    async check() {
      for (const i of [0, 1]) {
        const found = await readFile(join(destination, `${i}-0`), 'utf8').catch(() => undefined);
        expect([contents(i), i === 0 ? 'old' : undefined]).toContain(found);
      }
      const others = (await readdir(destination)).filter((name) => !/^[01]-0$/.test(name));
      for (const name of others) expect(name).toMatch(/^\.cairn-.*\.tmp$/);
      expect(await complete(this)).toEqual([{ restored: 2 }]);
      for (const i of [0, 1]) expect(await readFile(join(destination, `${i}-0`), 'utf8')).toBe(contents(i));
      expect(await checkStore(folder, [])).toBe(2);
    },
  };
}

/** Makes many files in a folder that is new: all of them, or none. */
function restoringAnew(): Walked {
  const destination = join(base, 'copies');
  const count = 20;
  const names = Array.from({ length: count }, (_, i) => `0-${i}`).toSorted();
  return {
    program: 'restore-files',
    args: [folder, destination, 'new'],
    async prepare() {
      const { length } = await readdir(template).catch(() => []);
      if (length === 0) {
        const source = join(base, 'source');
        await mkdir(source);
        await runProgram('log-files', [template, 'files', '1', 'new', source, `${count}`]);
        await rm(source, { recursive: true });
      }
      cpSync(template, folder, { recursive: true });
      await mkdir(destination);
    },
    async check() {
      const found = await readdir(destination);
      expect([[], names]).toContainEqual(found.toSorted());
      for (const name of await readdir(base))
        expect(name).toMatch(/^(store|template|copies|\.cairn-.*\.tmp)$/);
      expect(await complete(this)).toEqual([{ restored: count }]);
      for (let i = 0; i < count; i++)
        expect(await readFile(join(destination, `0-${i}`), 'utf8')).toBe(`new 0 ${i}`.repeat(20));
    },
  };
}

/** Deletes the newest of two versions. */
function deleting(): Walked {
  return {
    program: 'delete-version',
    args: [folder, '1'],
    async prepare() {
      await makeTemplate();
      cpSync(template, folder, { recursive: true });
    },
    async check({ lines }) {
      const count = await checkStore(folder, []);
      if (lines.length > 0) expect(count).toBe(1);
      await complete(this);
      expect(await checkStore(folder, [])).toBe(1);
    },
  };
}

/** Removes what is left of a deleted version and what was never logged, some of it in packs that are needed. */
function collecting(): Walked {
  return {
    program: 'collect-garbage',
    args: [folder],
    async prepare() {
      const { length } = await readdir(template).catch(() => []);
      if (length === 0) {
        const store = await openStore(template);
        const kept = { 'kept.bin': randomBytes(1, 300_000), 'small.txt': 'small' };
        await log(store, kept);
        const deleted = await log(store, { ...kept, 'gone.bin': randomBytes(2, 400_000) });
        await put(store, [randomBytes(3, 1000), randomBytes(4, 300_000)]);
        const mixed = await storeFiles(store, { 'a.txt': 'needed soon', 'b.bin': randomBytes(5, 5000) });
        await put(store, [randomBytes(6, 7000)]);
        await commit(store, mixed);
        await store.catalog.deleteVersion(deleted.id, { deleteAliases: true });
        await store.close();
      }
      cpSync(template, folder, { recursive: true });
    },
    async check() {
      await expectAllVersions();
      const [line] = (await complete(this)) as { freedBytes: number }[];
      expect(line?.freedBytes).toBeGreaterThanOrEqual(0);
      await expectAllVersions();
      expect(await readdir(join(folder, 'tmp')).then((names) => names.length)).toBeLessThan(2);
      // Nothing is left for another time.
      expect(await complete(this)).toEqual([{ freedBytes: 0 }]);
    },
  };
}

async function expectAllVersions(): Promise<void> {
  const store = await openStore(folder);
  try {
    expect(await readVersions(store)).toBe(2);
  } finally {
    await store.close();
  }
}

const why = whyNoStrace();
const title = why === undefined ? '' : ` (skipped: ${why})`;

describe.skipIf(why !== undefined)(`at every change of a file${title}`, () => {
  it.each<[string, () => Walked, (points: readonly Point[]) => readonly Point[], string]>([
    ['killed while it makes a store and logs', () => logging(0), few, 'signal=SIGKILL'],
    ['killed while it logs', () => logging(2), few, 'signal=SIGKILL'],
    ['killed while it makes files', restoring, few, 'signal=SIGKILL'],
    ['killed while it makes the files of a new folder', restoringAnew, few, 'signal=SIGKILL'],
    ['killed while it deletes', deleting, few, 'signal=SIGKILL'],
    ['killed while it collects garbage', collecting, few, 'signal=SIGKILL'],
    ['a sync fails while it logs', () => logging(2), ofSome('fsync', 'fdatasync'), 'error=EIO'],
    ['a sync fails while it collects garbage', collecting, ofSome('fsync', 'fdatasync'), 'error=EIO'],
    [
      'the disk is full while it logs',
      () => logging(2),
      ofSome('pwrite64', 'rename', 'mkdir'),
      'error=ENOSPC',
    ],
  ])(
    'keeps its promises when %s',
    (_, walked, choose, effect) => walk(walked(), choose, effect),
    isFull ? 1_800_000 : 120_000,
  );
});
