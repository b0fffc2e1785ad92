import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { folderOf, paths } from '../test/folder-of.js';
import { makePipe } from '../test/make-pipe.js';
import { walkFolder } from './walk-folder.js';

const posix = process.platform !== 'win32';

describe.runIf(posix)('what is no regular file', () => {
  it('names a pipe, a socket and a device, also behind a link, without opening them', async () => {
    const root = await folderOf('a', 'pipe/', 'socket/', 'device/null -> /dev/null');
    makePipe(join(root, 'pipe/p'));
    const server = createServer().listen(join(root, 'socket/s'));
    await new Promise((listening) => server.once('listening', listening));
    try {
      const cases = { 'pipe/p': 'FIFO', 'socket/s': 'socket', 'device/null': 'device' };
      for (const [path, kind] of Object.entries(cases)) {
        const others = Object.keys(cases).filter((other) => other !== path);
        const error = await expectCairnError(walkFolder(root, { exclude: others }), 'path_invalid');
        expect(error.message).toContain(join(root, path));
        expect(error.message).toContain(kind);
      }
      expect(await paths(root, { exclude: Object.keys(cases) })).toEqual(['a']);
      expect(await paths(root, { include: ['a'] })).toEqual(['a']);
    } finally {
      server.close();
    }
  });
});

describe.runIf(process.platform === 'linux')('names that no entry can have', () => {
  it('shows a name that is not UTF-8 escaped, and lets it be left out', async () => {
    const root = await folderOf('a', 'sub/b');
    const name = Buffer.from('Zv/+', 'base64');
    await writeFile(Buffer.concat([Buffer.from(`${root}/sub/`), name]), '');
    const error = await expectCairnError(walkFolder(root), 'path_invalid');
    expect(error.message).toContain('"sub/f\\xff\\xfe"');
    expect(await paths(root, { exclude: ['sub/f??'] })).toEqual(['a', 'sub/b']);
    expect(await paths(root, { include: ['a', 'sub/b'] })).toEqual(['a', 'sub/b']);
  });

  it('refuses folders and links by such names too', async () => {
    const bad = (root: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]);
    const withFolder = await folderOf('a');
    await mkdir(bad(withFolder));
    await expectCairnError(walkFolder(withFolder, { include: ['**/*.txt'] }), 'path_invalid');
    const withLink = await folderOf('a');
    await symlink('a', bad(withLink));
    await expectCairnError(walkFolder(withLink, { include: ['**/*.txt'] }), 'path_invalid');
  });

  it('takes a name with the replacement character for what it is', async () => {
    expect(await paths(await folderOf('a\ufffdb'))).toEqual(['a\ufffdb']);
  });

  it.each(['a\\b', 'a\nb', 'a\u001b[2Jb', 'a\u007f', 'C:x'])('refuses %j', async (name) => {
    const root = await folderOf('ok', name);
    const error = await expectCairnError(walkFolder(root), 'path_invalid');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be printed
    expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(await paths(root, { include: ['ok'] })).toEqual(['ok']);
  });

  it('takes names that only look odd', async () => {
    const names = ['%2e%2e', ' ', '...', 'a b', 'invoice\u202egnp.exe', 'name.', '~', '-rf', '$(x)', '*'];
    const root = await folderOf(...names);
    expect((await paths(root)).sort()).toEqual([...names].sort());
  });
});
