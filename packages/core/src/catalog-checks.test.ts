import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { file } from '../test/manifests.js';
import { checkCommit, checkNewRun, checkPatch } from './catalog-checks.js';
import type { CommitRequest, NewRun, VersionPatch } from './seams/catalog.js';

const { digest } = file('x', 1);
const place = { entity: 'local', project: 'default' };

describe('checkNewRun', () => {
  const run: NewRun = { ...place, id: 'run-1', name: 'my run', jobType: 'train', config: { rate: 0.1 } };

  test('takes a run, and keeps a copy of its config', () => {
    const config = { layers: [1, 2] };
    const checked = checkNewRun({ ...run, config });
    config.layers.push(3);
    expect(checked).toEqual({ ...run, config: { layers: [1, 2] } });
    expect(checkNewRun({ ...place, id: 'r', config: {} })).toMatchObject({ id: 'r', config: {} });
  });

  test.each<[Partial<NewRun>, 'name_invalid' | 'metadata_invalid', string]>([
    [{ entity: '../other' }, 'name_invalid', 'entity'],
    [{ project: 'a/b' }, 'name_invalid', 'project'],
    [{ id: '' }, 'name_invalid', 'run id'],
    [{ jobType: 'a b' }, 'name_invalid', 'job type'],
    [{ name: '\ud800' }, 'metadata_invalid', 'well-formed'],
    [{ config: { at: Number.NaN } }, 'metadata_invalid', 'metadata.at'],
  ])('refuses %o', (wrong, code, part) => {
    expect(() => checkNewRun({ ...run, ...wrong })).toThrow(failure(code, part));
  });
});

describe('checkCommit', () => {
  const request: CommitRequest = {
    ...place,
    name: 'bikes',
    type: 'dataset',
    digest,
    manifest: digest,
    entryCount: 0,
    size: 0,
    metadata: {},
    aliases: [],
    tags: [],
  };

  test('takes a request, and gives each label once', () => {
    const edge = { runId: 'run-1', direction: 'output' } as const;
    const aliases = ['best', 'latest', 'best'];
    const checked = checkCommit({ ...request, aliases, tags: ['raw', 'raw'], description: 'x', edge });
    expect(checked).toEqual({ ...request, aliases: ['best'], tags: ['raw'], description: 'x', edge });
  });

  test('keeps a copy of the metadata', () => {
    const metadata = { list: [1] };
    const checked = checkCommit({ ...request, metadata });
    metadata.list.push(2);
    expect(checked.metadata).toEqual({ list: [1] });
  });

  test.each<[Partial<CommitRequest>, Parameters<typeof failure>[0]]>([
    [{ entity: 'a b' }, 'name_invalid'],
    [{ project: '..' }, 'name_invalid'],
    [{ name: 'reference model' }, 'name_invalid'],
    [{ type: '' }, 'name_invalid'],
    [{ aliases: ['v3'] }, 'alias_invalid'],
    [{ aliases: Array.from({ length: 101 }, (_, i) => `a${i}`) }, 'alias_invalid'],
    [{ aliases: 'best' as never }, 'alias_invalid'],
    [{ tags: ['a/b'] }, 'name_invalid'],
    [{ description: '\udc00' }, 'metadata_invalid'],
    [{ metadata: [] as never }, 'metadata_invalid'],
    [{ metadata: undefined as never }, 'metadata_invalid'],
    [{ digest: 'etag:"x"' as never }, 'manifest_invalid'],
    [{ digest: undefined as never }, 'manifest_invalid'],
    [{ manifest: 'blake3:00' }, 'manifest_invalid'],
    [{ entryCount: -1 }, 'manifest_invalid'],
    [{ entryCount: 0.5 }, 'manifest_invalid'],
    [{ size: Number.NaN }, 'manifest_invalid'],
    [{ size: '1' as never }, 'manifest_invalid'],
  ])('refuses %o', (wrong, code) => {
    expect(() => checkCommit({ ...request, ...wrong })).toThrow(failure(code));
  });
});

describe('checkPatch', () => {
  test('takes what may change, and nothing more appears', () => {
    expect(checkPatch({})).toEqual({});
    const patch: VersionPatch = {
      description: { from: undefined, to: 'x' },
      metadata: { from: {}, to: { a: 1 } },
      tags: { from: [], to: ['raw'] },
      ttl: { from: undefined, to: 3600 },
      aliases: { revision: 3, add: ['best'], remove: ['latest'] },
    };
    expect(checkPatch(patch)).toEqual(patch);
    expect(checkPatch({ ttl: { from: 1, to: undefined } })).toEqual({ ttl: { from: 1, to: undefined } });
  });

  test('gives each label once, and a copy of the metadata', () => {
    const to = { list: [1] };
    const checked = checkPatch({
      metadata: { from: {}, to },
      tags: { from: [], to: ['a', 'a'] },
      aliases: { revision: 0, add: ['b', 'b'], remove: [] },
    });
    to.list.push(2);
    expect(checked).toEqual({
      metadata: { from: {}, to: { list: [1] } },
      tags: { from: [], to: ['a'] },
      aliases: { revision: 0, add: ['b'], remove: [] },
    });
  });

  test.each<[VersionPatch, Parameters<typeof failure>[0]]>([
    [{ description: { from: undefined, to: '\ud800' } }, 'metadata_invalid'],
    [{ metadata: { from: {}, to: { a: Number.NaN } } }, 'metadata_invalid'],
    [{ tags: { from: [], to: [' a'] } }, 'name_invalid'],
    [{ ttl: { from: undefined, to: 0 } }, 'metadata_invalid'],
    [{ ttl: { from: undefined, to: -1 } }, 'metadata_invalid'],
    [{ ttl: { from: undefined, to: Number.POSITIVE_INFINITY } }, 'metadata_invalid'],
    [{ aliases: { revision: 0, add: ['v1'], remove: [] } }, 'alias_invalid'],
    [{ aliases: { revision: 0, add: [], remove: ['a/b'] } }, 'alias_invalid'],
  ])('refuses %o', (patch, code) => {
    expect(() => checkPatch(patch)).toThrow(failure(code));
  });
});
