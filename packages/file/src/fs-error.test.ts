import { CairnError } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { systemError } from '../test/faulty-file-system.js';
import { translateFsError } from './fs-error.js';

describe('translateFsError', () => {
  it.each([
    ['ENOENT', 'not_found'],
    ['ENOTDIR', 'not_found'],
    ['EACCES', 'forbidden'],
    ['EPERM', 'forbidden'],
    ['EEXIST', 'path_conflict'],
    ['ENOSPC', 'storage_full'],
    ['EDQUOT', 'storage_full'],
    ['EFBIG', 'storage_full'],
    ['EROFS', 'storage_readonly'],
    ['EMFILE', 'unavailable'],
    ['ENFILE', 'unavailable'],
    ['EIO', 'unavailable'],
    ['EBUSY', 'unavailable'],
    ['ELOOP', 'path_invalid'],
    ['ENAMETOOLONG', 'path_invalid'],
  ])('%s means %s', (code, expected) => {
    const cause = systemError(code);
    const error = translateFsError(cause, 'read', '/data/a.txt') as CairnError;
    expect(CairnError.is(error, expected as CairnError['code'])).toBe(true);
    expect(error.message).toContain('can\'t read "/data/a.txt"');
    expect(error.hint).toBeTruthy();
    expect(error.cause).toBe(cause);
  });

  it('says which limit to raise when too many files are open', () => {
    expect((translateFsError(systemError('EMFILE'), 'read', '/a') as CairnError).hint).toContain('ulimit -n');
  });

  it('takes a path with a NUL for what it is', async () => {
    const { stat } = await import('node:fs/promises');
    const cause = await stat('a\0b').catch((error: unknown) => error);
    expect(CairnError.is(translateFsError(cause, 'read', 'a\0b'), 'path_invalid')).toBe(true);
  });

  it('leaves alone what is no error of the file system', () => {
    const own = new CairnError('source_changed', 'it changed', { cause: systemError('EIO') });
    const reason = new DOMException('enough', 'AbortError');
    for (const error of [own, reason, new TypeError('a mistake'), 'a text', undefined]) {
      expect(translateFsError(error, 'read', '/a')).toBe(error);
    }
  });
});
