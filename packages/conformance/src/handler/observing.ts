import { createHash } from 'node:crypto';
import {
  createHandlerRegistry,
  type Digest,
  digestKind,
  loadHasher,
  parseDigest,
  redact,
  schemeOf,
} from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect, expectAborted, expectBytes, expectStream, freshBytes, utf8 } from '../helpers.js';
import { freshFolder, type HandlerCase, observeOne, read, referTo, toReference } from './fixture.js';

const oddNames = [
  'with space.txt',
  '100%.txt',
  '%2e%2e.txt',
  'a#b.txt',
  'a?b=c.txt',
  'a+b&c.txt',
  'ümläut.txt',
  'u\u0308.txt',
  '数据 🚲.txt',
  "it's.txt",
  '..hidden',
  '-rf',
];

export const observing: readonly HandlerCase[] = [
  {
    name: 'says which schemes it serves, as a registry takes them',
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/model.h5`, utf8('model'));
      const registry = createHandlerRegistry([handler]);
      expect(handler.specVersion).toBe(1);
      expect(handler.name).not.toBe('');
      expect(registry.schemes).toEqual([...handler.schemes].sort());
      expect(await registry.find(uri)).toBe(handler);
    },
  },
  {
    name: 'observes an object by its own name, with its size',
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/models/model.h5`, freshBytes(1234));
      const observation = await observeOne(handler, uri);
      expect(observation).toMatchObject({ kind: 'object', path: 'model.h5', size: 1234 });
      expect(handler.schemes).toContain(schemeOf(observation.uri));
      expect(() => digestKind(observation.digest)).not.toThrow();
    },
  },
  {
    name: 'observes an object without bytes',
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/empty.txt`, new Uint8Array());
      const observation = await observeOne(handler, uri);
      expect(observation).toMatchObject({ kind: 'object', path: 'empty.txt', size: 0 });
      expect((await read(handler, toReference(observation))).length).toBe(0);
    },
  },
  {
    name: 'keeps odd names',
    async run({ handler, put }) {
      const folder = freshFolder();
      for (const name of oddNames) {
        const observation = await observeOne(handler, await put(`${folder}/${name}`, utf8(name)));
        expect(observation.path).toBe(name);
        expectBytes(await read(handler, toReference(observation)), utf8(name));
      }
    },
  },
  {
    name: 'sees the same twice, and a difference where there is one',
    async run({ handler, put }) {
      const folder = freshFolder();
      const uri = await put(`${folder}/a.txt`, utf8('one'));
      const other = await put(`${folder}/b.txt`, utf8('two'));
      expect(await observeOne(handler, uri)).toEqual(await observeOne(handler, uri));
      const { digest } = await observeOne(handler, uri);
      expect((await observeOne(handler, other)).digest).not.toBe(digest);
    },
  },
  {
    name: 'gives the digest of the contents',
    requires: ['contentDigest'],
    async run({ handler, put }) {
      const bytes = freshBytes(1000);
      const { digest } = await observeOne(handler, await put(`${freshFolder()}/a.bin`, bytes));
      expect(digestKind(digest)).toBe('content');
      expect(digest).toBe(await recompute(digest, bytes));
    },
  },
  {
    name: 'stores no credentials',
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const observation = await observeOne(handler, uri);
      expect(redact(observation.uri)).toBe(observation.uri);
      expect(redact(JSON.stringify(observation.extra ?? {}))).toBe(JSON.stringify(observation.extra ?? {}));
    },
  },
  {
    name: 'records the URI alone when it is not to look',
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const [only, ...others] = await collect(handler.observe(uri, { checksum: false }));
      expect(only).toEqual({ kind: 'object', path: 'a.txt', uri, digest: `uri:${uri}` });
      expect(others).toEqual([]);
    },
  },
  {
    name: 'records the URI also of what is not there when it is not to look',
    requires: ['remove'],
    async run({ handler, put, remove }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      await remove?.(uri);
      const [only] = await collect(handler.observe(uri, { checksum: false }));
      expect(only).toMatchObject({ kind: 'object', uri, digest: `uri:${uri}` });
    },
  },
  {
    name: 'reads what it did not look at',
    async run({ handler, put }) {
      const bytes = freshBytes(1000);
      const uri = await put(`${freshFolder()}/a.bin`, bytes);
      const [only] = await collect(handler.observe(uri, { checksum: false }));
      if (only === undefined) return expect.fail('no observation');
      await expectStream(handler.open(toReference(only)), bytes);
    },
  },
  {
    name: 'finds nothing where an object was removed',
    requires: ['remove'],
    async run({ handler, put, remove }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      await remove?.(uri);
      await expectCairnError(handler.observe(uri), 'not_found');
    },
  },
  {
    name: 'tells forbidden from missing',
    requires: ['forbid'],
    async run({ handler, put, forbid }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const reference = await referTo(handler, uri);
      await forbid?.(uri);
      await expectCairnError(handler.observe(uri), 'forbidden');
      await expectCairnError(handler.open(reference), 'forbidden');
    },
  },
  {
    name: 'says that its source is out of reach, and that a retry may help',
    requires: ['disconnect'],
    async run({ handler, put, disconnect }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const reference = await referTo(handler, uri);
      await disconnect?.();
      for (const action of [handler.observe(uri), handler.open(reference)]) {
        const error = await expectCairnError(action, 'unavailable', 'timeout');
        expect(error.isRetryable).toBe(true);
      }
    },
  },
  {
    name: 'looks at nothing when aborted before',
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const reference = await referTo(handler, uri);
      await expectAborted((signal) => handler.observe(uri, { signal }));
      await expectAborted((signal) => handler.observe(uri, { checksum: false, signal }));
      await expectAborted((signal) => handler.open(reference, { signal }));
    },
  },
];

/** The digest of some bytes by the algorithm of another digest. */
async function recompute(digest: Digest, bytes: Uint8Array): Promise<string> {
  const { scheme } = parseDigest(digest);
  if (scheme === 'blake3') return (await loadHasher('blake3')).hash(bytes);
  if (scheme === 'crc32c') return digest; // Node has none, and Cairn needs none
  return `${scheme}:${createHash(scheme).update(bytes).digest('hex')}`;
}
