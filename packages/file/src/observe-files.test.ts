import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { Observation } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { text } from '../test/collect.js';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { makePipe } from '../test/make-pipe.js';
import { digestOf, entryOf, fileOf, observe, open } from '../test/references.js';
import { tempFolder } from '../test/temp-folder.js';
import { fileHandler } from './file-handler.js';
import { formatFileUri } from './file-uri.js';

describe('observe', () => {
  it('records a file by its URI, digest and size, however it is written', async () => {
    const path = await fileOf('hello', 'a b%#?.txt');
    const uri = formatFileUri(path);
    const expected = [{ kind: 'object', path: 'a b%#?.txt', uri, digest: await digestOf('hello'), size: 5 }];
    for (const written of [path, uri, relative('.', path), uri.replace('file://', 'file://localhost')]) {
      expect(await observe(written)).toEqual(expected);
    }
  });

  it('records each file of a folder, in order, with empty files and through links', async () => {
    const root = await tempFolder();
    await mkdir(join(root, 'images/sub'), { recursive: true });
    await mkdir(join(root, 'images2'));
    await writeFile(join(root, 'images2/other'), '');
    for (const name of ['dog.png', 'sub/empty', 'cat.png']) {
      await writeFile(join(root, 'images', name), name === 'sub/empty' ? '' : name);
    }
    await symlink('cat.png', join(root, 'images/sub.png'));
    const found = await observe(`file://${root}/images`);
    expect(found.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'member cat.png',
      'member dog.png',
      'member sub.png',
      'member sub/empty',
    ]);
    expect(found.map(({ uri }) => uri)).toContain(`file://${root}/images/sub/empty`);
    expect(found.map(({ size }) => size)).toEqual([7, 7, 7, 0]);
    expect(found[2]?.digest).toBe(found[0]?.digest);
    expect(await observe(`${root}/images/`)).toEqual(found);
  });

  it('never answers with nothing', async () => {
    const root = await tempFolder();
    await mkdir(join(root, 'empty/empty'), { recursive: true });
    for (const path of [join(root, 'no'), join(root, 'empty'), root]) {
      const error = await expectCairnError(fileHandler().observe(path), 'not_found');
      expect(error.message).toContain(path);
    }
  });

  it('records the URI alone without touching the disk if told so', async () => {
    const { fs, calls } = faultyFileSystem(1, 'EIO');
    const uri = 'file:///no/such/model.h5';
    const expected = [{ kind: 'object', path: 'model.h5', uri, digest: `uri:${uri}` }];
    expect(await observe('/no/such//model.h5', { checksum: false }, { fs })).toEqual(expected);
    expect(calls).toEqual([]);
    await expectCairnError(fileHandler().observe('file:///', { checksum: false }), 'uri_invalid');
  });

  it('shows that a folder has too many files without reading one', async () => {
    const root = await tempFolder();
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(root, name), '');
    expect(await observe(root, { maxObjects: 4 })).toHaveLength(4);
    const { fs, calls } = faultyFileSystem(0, '');
    const shown = await observe(root, { maxObjects: 2 }, { fs });
    expect(shown.map(({ path, digest }) => [path, digest])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, `uri:file://${root}/${name}`]),
    );
    expect(calls).not.toContain('open');
  });

  it.runIf(process.platform === 'linux')('gives a file a name that an entry can have', async () => {
    for (const [name, expected] of [
      ['a\\b', 'a%5Cb'],
      ['a\nb\u007f', 'a%0Ab%7F'],
      ['C:x', 'C%3Ax'],
    ] as const) {
      const path = await fileOf('x', name);
      const [found] = await observe(formatFileUri(path));
      expect(found?.path).toBe(expected);
      expect(await text(open(entryOf(found as Observation)))).toBe('x');
    }
  });

  it.skipIf(process.platform === 'win32')('refuses a pipe without waiting for it', async () => {
    const pipe = join(await tempFolder(), 'pipe');
    makePipe(pipe);
    await expectCairnError(fileHandler().observe(pipe), 'path_invalid');
    await expectCairnError(fileHandler().observe(dirname(pipe)), 'path_invalid');
  });

  it('says that a file changes while it is hashed', async () => {
    const path = await fileOf('one');
    const { fs } = faultyFileSystem(0, '');
    const opening = async (...args: Parameters<typeof fs.open>) => {
      await utimes(path, 1, 1);
      return fs.open(...args);
    };
    const changing = fileHandler({ fs: { ...fs, open: opening } });
    await expectCairnError(changing.observe(path), 'source_changed');
  });

  it('fails when any one call fails, and never records less instead', async () => {
    const root = await tempFolder();
    for (const name of ['a', 'b']) await writeFile(join(root, name), name);
    const { fs, calls } = faultyFileSystem(0, '');
    expect(await observe(root, {}, { fs })).toHaveLength(2);
    for (let failing = 1; failing <= calls.length; failing++) {
      const faulty = faultyFileSystem(failing, 'EMFILE');
      const found = await observe(root, {}, { fs: faulty.fs }).catch((error) => error);
      if (faulty.calls[failing - 1] === 'file.close') expect(found).toHaveLength(2);
      else expect(found).toMatchObject({ code: 'unavailable' });
    }
  });

  it('stops when the signal says so', async () => {
    const path = await fileOf('x');
    const signal = AbortSignal.abort(new Error('enough'));
    for (const options of [{ signal }, { signal, checksum: false }]) {
      await expect(observe(path, options)).rejects.toBe(signal.reason);
    }
  });
});
