import {
  CairnError,
  type Observation,
  type OpenOptions,
  quote,
  type ReferenceEntry,
  type StorageHandler,
} from '@cairn/core';
import type { FooClient, FooObject } from './client.js';
import { typed } from './errors.js';

export type { FooClient, FooObject };

/** Makes `foo://key` and `foo://folder` work as references. */
export function fooHandler(client: FooClient): StorageHandler {
  return {
    specVersion: 1,
    name: 'foo',
    schemes: ['foo'],
    observe: (uri, { checksum = true, signal } = {}) =>
      typed(uri, signal, () => look(client, uri, checksum, signal)),
    open: (reference, options = {}) =>
      typed(reference.uri, options.signal, () => read(client, reference, options)),
  };
}

async function* look(
  client: FooClient,
  uri: string,
  checksum: boolean,
  signal: AbortSignal | undefined,
): AsyncIterable<Observation> {
  const key = keyOf(uri);
  const name = key.split('/').at(-1) ?? '';
  if (!checksum) return yield { kind: 'object', path: name, uri, digest: `uri:${uri}` };
  const object = name === '' ? undefined : await client.stat(key, signal);
  if (object !== undefined) return yield { kind: 'object', path: name, ...facts(object) };
  const folder = name === '' ? key : `${key}/`;
  let empty = true;
  for await (const member of client.list(folder, signal)) {
    if (member.key.endsWith('/')) continue; // a marker that makes a folder show in Foo's own tools
    yield { kind: 'member', path: member.key.slice(folder.length), ...facts(member) };
    empty = false;
  }
  if (empty)
    throw new CairnError('not_found', `there is nothing at ${quote(uri)}`, { hint: 'Check the key.' });
}

async function* read(
  client: FooClient,
  { uri, size = 0, extra }: ReferenceEntry,
  { range, signal }: OpenOptions,
): AsyncIterable<Uint8Array> {
  let missing = Math.min(range?.end ?? size, size) - (range?.start ?? 0);
  for await (const chunk of client.read(keyOf(uri), extra?.version, range, signal)) {
    missing -= chunk.length;
    yield chunk;
  }
  if (missing > 0) throw new CairnError('unavailable', `${quote(uri)} ended ${missing} bytes too soon`);
}

function facts({ key, version, etag, size }: FooObject) {
  return { uri: `foo://${key}`, digest: `etag:${etag}`, size, extra: { version } } as const;
}

function keyOf(uri: string): string {
  if (uri.startsWith('foo://')) return uri.slice('foo://'.length);
  throw new CairnError('uri_invalid', `${quote(uri)} is not a foo:// URI`, {
    hint: 'Write foo:// and a key.',
  });
}
