import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { Digest, ReferenceEntry } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { text } from '../test/collect.js';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { fileOf, open, record, verify } from '../test/references.js';
import { tempFolder } from '../test/temp-folder.js';
import { formatFileUri } from './file-uri.js';

describe('a reference of someone else', () => {
  const foreign = { foreign: true };

  async function refuse(entry: ReferenceEntry, allow: string[] = []): Promise<void> {
    for (const digest of [entry.digest, `uri:${entry.uri}` as Digest]) {
      const { fs, calls } = faultyFileSystem(0, '');
      const error = await expectCairnError(
        open({ ...entry, digest }, foreign, { allow, fs }),
        'scheme_refused',
      );
      expect(error.hint).toContain('allow');
      const verified = verify({ ...entry, digest }, foreign, { allow, fs });
      await expectCairnError(verified, 'scheme_refused');
      expect(calls.filter((call) => call !== 'realpath')).toEqual([]);
    }
  }

  it('is refused, whether or not anything is there', async () => {
    const entry = await record(await fileOf('secret'));
    await refuse(entry);
    await refuse({ ...entry, uri: 'file:///no/such/file' });
    await refuse({ ...entry, uri: 'file:///proc/self/environ' });
  });

  it('is read in an allowed folder only', async () => {
    const path = await fileOf('hello');
    const entry = await record(path);
    const folder = dirname(path);
    for (const allow of [
      [folder],
      [`${folder}/`],
      [relative('.', folder)],
      ['/no/such', dirname(folder)],
      ['/'],
    ]) {
      expect(await text(open(entry, foreign, { allow })), allow.join()).toBe('hello');
      expect(await verify(entry, foreign, { allow })).toBe('match');
    }
    await mkdir(`${folder}2`);
    await rename(path, join(`${folder}2`, basename(path)));
    await refuse({ ...entry, uri: formatFileUri(join(`${folder}2`, basename(path))) }, [folder]);
    await rm(`${folder}2`, { recursive: true });
    await expectCairnError(open(entry, foreign, { allow: [folder] }), 'not_found');
    expect(await verify(entry, foreign, { allow: [folder] })).toBe('missing');
  });

  it('is not let out of an allowed folder by a link or by dots', async () => {
    const secret = await fileOf('secret', 'secret');
    const allowed = await tempFolder();
    await symlink(secret, join(allowed, 'link'));
    await symlink(dirname(secret), join(allowed, 'folder'));
    await symlink('nowhere', join(allowed, 'broken'));
    const entry = await record(secret);
    const up = relative(allowed, secret).replaceAll('..', '%2E%2e');
    for (const path of ['link', 'folder/secret', up, '../'.repeat(20) + secret]) {
      await refuse({ ...entry, uri: `file://${allowed}/${path}` }, [allowed]);
    }
    await expectCairnError(
      open({ ...entry, uri: `file://${allowed}/broken` }, foreign, { allow: [allowed] }),
      'not_found',
    );
  });

  it('may reach an allowed folder through a link, of the user or of the path', async () => {
    const path = await fileOf('hello');
    const links = await tempFolder();
    await symlink(dirname(path), join(links, 'data'));
    const entry = await record(join(links, 'data/a.txt'));
    expect(await text(open(entry, foreign, { allow: [join(links, 'data')] }))).toBe('hello');
    expect(await text(open(entry, foreign, { allow: [dirname(path)] }))).toBe('hello');
    await refuse(entry, [links]);
  });

  it("is not followed to what takes the file's place after it was allowed", async () => {
    const secret = await fileOf('secret', 'secret');
    const path = await fileOf('public');
    const entry = { ...(await record(path)), digest: `uri:${formatFileUri(path)}` as Digest, size: 6 };
    const { fs } = faultyFileSystem(0, '');
    const opening = async (...args: Parameters<typeof fs.open>) => {
      await rm(path);
      await symlink(secret, path);
      return fs.open(...args);
    };
    const swapped = { fs: { ...fs, open: opening }, allow: [dirname(path)] };
    await expectCairnError(open(entry, foreign, swapped), 'path_invalid');
  });
});
