import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tempName, thisHost } from '@cairn/file';
import { expect, test } from 'vitest';
import { Artifact, withRun } from '../src/index.js';
import { testFolder } from './support/folder.js';

const folder = testFolder();

/** A temporary file, such as a process leaves that is killed while it makes another one in that folder. */
function leave(beside: string, pid: number): string {
  const name = tempName();
  const path = folder.join(
    `${beside}/${name.slice(0, 23)}${pid.toString(16).padStart(8, '0')}${name.slice(31)}`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'part of it');
  return path;
}

test.runIf(thisHost().isCertain)(
  'what a killed download left goes with the next one that makes its file',
  async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const dead = child.pid ?? -1;
    const version = await withRun({ store: folder.join('store') }, async (run) => {
      const artifact = new Artifact('data');
      for (const path of ['a.txt', 'deep/b.txt', 'other/c.txt']) await artifact.newFile(path, path);
      return run.logArtifact(artifact);
    });
    const root = folder.join('out');
    await version.download({ root });
    rmSync(`${root}/a.txt`);
    rmSync(`${root}/deep/b.txt`);
    const left = [leave('out', dead), leave('out/deep', dead)];
    const kept = [leave('out/deep', process.pid), `${left[1]}.mine`, leave('out/beside', dead)];
    writeFileSync(kept[1] as string, 'of a user');
    await version.download({ root });
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    for (const path of ['a.txt', 'deep/b.txt']) expect(readFileSync(`${root}/${path}`, 'utf8')).toBe(path);
  },
);
