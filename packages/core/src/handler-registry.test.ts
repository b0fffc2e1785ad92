import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { CairnError } from './errors.js';
import { createHandlerRegistry, requireHandler } from './handler-registry.js';
import type { StorageHandler } from './seams/storage-handler.js';

function handler(name: string, schemes: readonly string[]): StorageHandler {
  return {
    specVersion: 1,
    name,
    schemes,
    async *observe(uri) {
      yield { kind: 'object', path: name, uri, digest: `uri:${uri}` };
    },
    async *open() {},
  };
}

const web = handler('web', ['https', 'http']);
const disk = handler('disk', ['file']);

describe('find', () => {
  test('goes by the scheme, whatever its case', async () => {
    const registry = createHandlerRegistry([web, disk]);
    expect(registry.schemes).toEqual(['file', 'http', 'https']);
    expect(await registry.find('http://h/x')).toBe(web);
    expect(await registry.find('HTTPS://h/x')).toBe(web);
    expect(await registry.find('ftp://h/x')).toBeUndefined();
    expect(await registry.find('constructor://h/x')).toBeUndefined();
  });

  test('takes a text without a scheme for a path', async () => {
    const registry = createHandlerRegistry([web, disk]);
    for (const path of ['images/cat.png', '/data', 'C:\\data']) expect(await registry.find(path)).toBe(disk);
    expect(await createHandlerRegistry([web]).find('/data')).toBeUndefined();
  });

  test('lets the earlier of two handlers serve a scheme', async () => {
    const mine = handler('mine', ['http']);
    const registry = createHandlerRegistry([mine, web]);
    expect(await registry.find('http://h/x')).toBe(mine);
    expect(await registry.find('https://h/x')).toBe(web);
  });
});

describe('a lazy handler', () => {
  test('is loaded once, when it is first needed', async () => {
    let loads = 0;
    const load = async () => {
      loads++;
      return web;
    };
    const lazy = { schemes: ['http', 'https'], load };
    const registry = createHandlerRegistry([lazy, disk]);
    await registry.find('/data');
    expect(loads).toBe(0);
    const found = await Promise.all([registry.find('http://h/x'), registry.find('https://h/x')]);
    expect(found).toEqual([web, web]);
    expect(loads).toBe(1);
  });

  test('is tried again after a failure', async () => {
    let fails = true;
    const missing = new CairnError('handler_missing', 'no @cairn/s3', { hint: 'npm install @cairn/s3' });
    const load = async () => {
      if (fails) throw missing;
      return web;
    };
    const registry = createHandlerRegistry([{ schemes: ['http'], load }]);
    await expect(registry.find('http://h/x')).rejects.toBe(missing);
    fails = false;
    expect(await registry.find('http://h/x')).toBe(web);
  });

  test('must be of a version this core understands', async () => {
    const load = async () => ({ ...web, specVersion: 2 as never });
    const registry = createHandlerRegistry([{ schemes: ['http'], load }]);
    await expect(registry.find('http://h/x')).rejects.toThrow(TypeError);
  });
});

test('a handler of another version, or with a scheme that is none, is a mistake of the programmer', () => {
  expect(() => createHandlerRegistry([{ ...web, specVersion: 2 as never }])).toThrow(TypeError);
  for (const scheme of ['S3', 's3:', 's', '', '3s', 'a b']) {
    expect(() => createHandlerRegistry([handler('x', [scheme])]), scheme).toThrow(TypeError);
  }
});

describe('requireHandler', () => {
  test('finds one', async () => {
    expect(await requireHandler(createHandlerRegistry([web]), 'http://h/x')).toBe(web);
  });

  test('or says for what there is one', async () => {
    const registry = createHandlerRegistry([web, disk]);
    await expect(requireHandler(registry, 's3://b/k')).rejects.toThrow(
      failure('handler_missing', '"s3:"', '"s3://b/k"', 'file, http, https'),
    );
    await expect(requireHandler(createHandlerRegistry([]), '/data')).rejects.toThrow(
      failure('handler_missing', '"file:"', 'nothing'),
    );
  });
});
