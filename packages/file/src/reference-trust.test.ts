import { lstat, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { tempFolder } from '../test/temp-folder.js';
import { referenceTrust } from './reference-trust.js';

const uri = 'file:///data/a.txt';

describe('referenceTrust', () => {
  it('knows its own marks, in every process of the user', async () => {
    const stateDir = join(await tempFolder(), 'state', 'cairn');
    const mark = (await referenceTrust({ stateDir }).mark(uri)) as string;
    expect(mark).toMatch(/^[0-9a-f]{64}$/);
    const later = referenceTrust({ stateDir });
    expect(await later.isOwn(uri, mark)).toBe(true);
    expect(await later.mark(uri)).toBe(mark);
  });

  it('takes no mark of another URI, of another user, or of nobody', async () => {
    const [mine, other] = [await tempFolder(), await tempFolder()].map((stateDir) =>
      referenceTrust({ stateDir }),
    );
    const mark = (await mine?.mark(uri)) as string;
    expect(await mine?.isOwn(`${uri}2`, mark)).toBe(false);
    expect(await other?.isOwn(uri, mark)).toBe(false);
    expect(await other?.mark(uri)).not.toBe(mark);
    for (const wrong of [
      '',
      '00',
      'x',
      mark.slice(2),
      `${mark}00`,
      mark.replace(/^./, mark[0] === '0' ? '1' : '0'),
    ]) {
      expect(await mine?.isOwn(uri, wrong), wrong).toBe(false);
    }
  });

  it('makes no secret only to look at a mark', async () => {
    const stateDir = await tempFolder();
    expect(await referenceTrust({ stateDir }).isOwn(uri, '00')).toBe(false);
    expect(await readdir(stateDir)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('keeps the secret from others', async () => {
    const stateDir = join(await tempFolder(), 'state');
    await referenceTrust({ stateDir }).mark(uri);
    expect((await lstat(stateDir)).mode & 0o777).toBe(0o700);
    expect((await lstat(join(stateDir, 'reference-key'))).mode & 0o777).toBe(0o600);
    expect((await lstat(join(stateDir, 'reference-key'))).size).toBe(32);
  });

  it('agrees on one secret when many make it at once', async () => {
    const stateDir = await tempFolder();
    const all = Array.from({ length: 50 }, () => referenceTrust({ stateDir }));
    const marks = await Promise.all(all.map((trust) => trust.mark(uri)));
    expect(new Set(marks).size).toBe(1);
    expect(marks[0]).toBeDefined();
    expect(await readdir(stateDir)).toEqual(['reference-key']);
  });

  it('makes no marks where the secret can not be kept, and fails nowhere', async () => {
    const file = join(await tempFolder(), 'file');
    await writeFile(file, '');
    const trust = referenceTrust({ stateDir: join(file, 'state') });
    expect(await trust.mark(uri)).toBeUndefined();
    expect(await trust.isOwn(uri, '00')).toBe(false);
  });

  it('finds out once that the secret can not be kept', async () => {
    const { fs, calls } = faultyFileSystem(1, 'EROFS', { forGood: true });
    const trust = referenceTrust({ fs, stateDir: await tempFolder() });
    for (let i = 0; i < 10; i++) expect(await trust.mark(uri)).toBeUndefined();
    expect(calls.filter((call) => call === 'mkdir')).toHaveLength(1);
  });

  it('makes a mark all the same or none, whichever call fails', async () => {
    const { fs, calls } = faultyFileSystem(0, '');
    await referenceTrust({ fs, stateDir: await tempFolder() }).mark(uri);
    for (let failing = 1; failing <= calls.length; failing++) {
      const stateDir = await tempFolder();
      const mark = await referenceTrust({ fs: faultyFileSystem(failing, 'EIO').fs, stateDir }).mark(uri);
      if (mark !== undefined) expect(await referenceTrust({ stateDir }).isOwn(uri, mark)).toBe(true);
      expect(await referenceTrust({ stateDir }).mark(uri), `after call ${failing}`).toBeDefined();
    }
  });

  it('uses no secret that is damaged, or that a link leads to', async () => {
    const stateDir = await tempFolder();
    await writeFile(join(stateDir, 'reference-key'), 'short');
    expect(await referenceTrust({ stateDir }).mark(uri)).toBeUndefined();
    const planted = await tempFolder();
    await writeFile(join(planted, 'known'), Buffer.alloc(32));
    await symlink('known', join(planted, 'reference-key'));
    expect(await referenceTrust({ stateDir: planted }).mark(uri)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')(
    "keeps it with the user's other data unless told where",
    async () => {
      const home = await tempFolder();
      vi.stubEnv('XDG_DATA_HOME', home);
      try {
        await referenceTrust().mark(uri);
      } finally {
        vi.unstubAllEnvs();
      }
      expect(await readdir(join(home, 'cairn'))).toEqual(['reference-key']);
    },
  );
});
