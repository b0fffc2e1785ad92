import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { removeLeftovers } from './remove-leftovers.js';
import { tempName } from './temp-name.js';
import { thisHost } from './this-host.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-leftovers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** The name that a process would give now. */
function nameOf(pid: number, host?: string): string {
  const name = tempName();
  return `.cairn-${host ?? name.slice(7, 23)}${pid.toString(16).padStart(8, '0')}${name.slice(31)}`;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? -1;
}

function write(name: string, age = 0): void {
  writeFileSync(join(folder, name), 'part');
  const at = Date.now() / 1000 - age;
  utimesSync(join(folder, name), at, at);
}

function left(): readonly string[] {
  removeLeftovers(folder);
  return readdirSync(folder).toSorted();
}

const [hour, days] = [3600, 2 * 24 * 3600];

test('no two names are the same, and each says who gave it', () => {
  expect(nameOf(process.pid)).toHaveLength(tempName().length);
  expect(tempName().slice(0, 43)).toBe(nameOf(process.pid).slice(0, 43));
  expect(tempName()).not.toBe(tempName());
});

test.runIf(thisHost().isCertain)('what a dead process left goes, however young', async () => {
  write(nameOf(await deadPid()));
  expect(left()).toEqual([]);
});

test.runIf(thisHost().isCertain)('what a live process makes stays, however old', () => {
  const names = [nameOf(process.pid), nameOf(process.ppid)].toSorted();
  for (const name of names) write(name, days);
  expect(left()).toEqual(names);
});

test.runIf(thisHost().isCertain)('so does a folder of files', async () => {
  const [dead, alive] = [nameOf(await deadPid()), nameOf(process.pid)];
  for (const name of [dead, alive]) {
    mkdirSync(join(folder, name));
    for (const file of ['a', 'b']) write(join(name, file));
  }
  expect(left()).toEqual([alive]);
  expect(readdirSync(join(folder, alive))).toHaveLength(2);
});

test('of processes elsewhere nobody knows: what they left goes after a day', async () => {
  const [young, old] = [nameOf(await deadPid(), '0'.repeat(16)), nameOf(process.pid, '0'.repeat(16))];
  write(young, hour);
  write(old, days);
  expect(left()).toEqual([young]);
});

test('what only looks alike stays', async () => {
  const gone = nameOf(await deadPid());
  const names = [
    `${gone}.bak`,
    `my${gone}`,
    gone.toUpperCase(),
    gone.replace('.tmp', '0.tmp'),
    gone.replace(/.\.tmp$/, '.tmp'),
    '.cairn-notes.tmp',
    `.cairn-${'ab'.repeat(12)}.tmp`,
    'data.tmp',
  ];
  for (const name of names) write(name, days);
  const deep = nameOf(await deadPid());
  mkdirSync(join(folder, deep, 'folder'), { recursive: true });
  for (const name of ['a', 'z']) write(join(deep, name), days);
  symlinkSync(join(folder, 'data.tmp'), join(folder, nameOf(await deadPid())));
  const all = readdirSync(folder).toSorted();
  expect(left()).toEqual(all);
  expect(readdirSync(join(folder, deep))).toHaveLength(3);
});

test('a folder that is not there is no failure', () => {
  expect(() => removeLeftovers(join(folder, 'nothing'))).not.toThrow();
});
