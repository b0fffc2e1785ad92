import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { scratchFolder } from '../../test/scratch.js';
import { thisProcess } from '../run-owner.js';
import { makePassageFolder } from './passage-folder.js';

afterEach(() => void vi.unstubAllEnvs());

it('removes what processes left that are dead, and nothing else', async () => {
  const parent = scratchFolder();
  vi.stubEnv('TMPDIR', parent);
  const { host, pid } = thisProcess();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const left = (name: string, owner?: unknown) => {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, 'pack'), 'half of it');
    if (owner !== undefined) writeFileSync(join(parent, name, 'owner'), JSON.stringify(owner));
  };
  left('cairn-packs-dead', { host, pid: dead });
  left('cairn-packs-alive', { host, pid });
  left('cairn-packs-elsewhere', { host: 'another machine', pid: dead });
  left('cairn-packs-unknown');
  left('cairn-packs-nonsense', { host, pid: -1 });
  left('something-else', { host, pid: dead });
  const folder = await makePassageFolder();
  expect(existsSync(folder)).toBe(true);
  expect(
    readdirSync(parent)
      .filter((name) => join(parent, name) !== folder)
      .sort(),
  ).toEqual([
    'cairn-packs-alive',
    'cairn-packs-elsewhere',
    'cairn-packs-nonsense',
    'cairn-packs-unknown',
    'something-else',
  ]);
  expect(await makePassageFolder()).not.toBe(folder);
  expect(existsSync(folder)).toBe(true);
});
