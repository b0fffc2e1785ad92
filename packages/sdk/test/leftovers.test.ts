import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tempName, thisHost } from '@cairn/file';
import { expect, test } from 'vitest';
import { Artifact, withRun } from '../src/index.js';
import { testFolder } from './support/folder.js';

const folder = testFolder();

function nameOf(pid: number): string {
  const name = tempName();
  return `${name.slice(0, 23)}${pid.toString(16).padStart(8, '0')}${name.slice(31)}`;
}

/** A temporary file, such as a process leaves that is killed while it makes another one in that folder. */
function leave(beside: string, pid: number): string {
  const path = folder.join(`${beside}/${nameOf(pid)}`);
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
      for (const path of ['a.txt', 'deep/b.txt', 'in/two/c.txt', 'other/d.txt'])
        await artifact.newFile(path, path);
      return run.logArtifact(artifact);
    });
    const root = folder.join('out');
    await version.download({ root });
    rmSync(`${root}/a.txt`);
    rmSync(`${root}/deep/b.txt`);
    rmSync(`${root}/in/two/c.txt`);
    const left = ['out', 'out/deep', `out/in/${nameOf(dead)}`].map((beside) => leave(beside, dead));
    const kept = [leave('out/deep', process.pid), `${left[1]}.mine`, leave('out/beside', dead)];
    writeFileSync(kept[1] as string, 'of a user');
    await version.download({ root });
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    for (const path of ['a.txt', 'deep/b.txt', 'in/two/c.txt'])
      expect(readFileSync(`${root}/${path}`, 'utf8')).toBe(path);
  },
);

test('a new folder of many files is made whole, and nothing is beside it', async () => {
  const version = await withRun({ store: folder.join('store') }, async (run) => {
    const artifact = new Artifact('data');
    for (let i = 0; i < 40; i++) {
      await artifact.newFile(`deep/${i}`, `deep ${i}`);
      await artifact.newFile(`deep/below/${i}`, `below ${i}`);
      await artifact.newFile(`${i}`, `${i}`);
    }
    return run.logArtifact(artifact);
  });
  const root = folder.join('out');
  mkdirSync(root);
  const { ino } = statSync(root);
  for (let round = 0; round < 2; round++) {
    await version.download({ root });
    expect(statSync(root).ino).toBe(ino);
    expect(readdirSync(folder.path).sort()).toEqual(['out', 'store']);
    expect(readdirSync(root).length).toBe(41);
    expect(readdirSync(`${root}/deep`).length).toBe(41);
    for (let i = 0; i < 40; i++) {
      expect(readFileSync(`${root}/${i}`, 'utf8')).toBe(`${i}`);
      expect(readFileSync(`${root}/deep/${i}`, 'utf8')).toBe(`deep ${i}`);
      expect(readFileSync(`${root}/deep/below/${i}`, 'utf8')).toBe(`below ${i}`);
    }
    rmSync(`${root}/deep`, { recursive: true });
  }
});
