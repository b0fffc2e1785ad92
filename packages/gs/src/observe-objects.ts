import {
  CairnError,
  entryNameOf,
  findListed,
  type ListedObject as Listed,
  type ListedFolder,
  type ListedPlace,
  type Observation,
  type ObserveOptions,
  observeListed,
  quote,
} from '@cairn/core';
import type { GsConnection } from './client.js';
import { formatGsUri, type GsAddress, parseGsUri } from './gs-uri.js';
import { headObject, type ObjectFacts } from './head-object.js';
import { type ListedObject, listFrom, type PageLister } from './list-objects.js';

/** Observes what a `gs://` URI names: an object by one request, a prefix by its listing and nothing else. */
export async function* observeObjects(
  uri: string,
  { checksum = true, maxObjects, signal }: ObserveOptions,
  connect: () => Promise<GsConnection>,
  list: PageLister,
): AsyncGenerator<Observation> {
  signal?.throwIfAborted();
  const address = parseGsUri(uri);
  if (!checksum) {
    yield { kind: 'object', path: entryNameOf(address.bucket, address.object), uri, digest: `uri:${uri}` };
    return;
  }
  const found = await find(address, connect, list, signal);
  if ('object' in found) {
    const path = entryNameOf(address.bucket, address.object);
    yield { kind: 'object', path, ...recordOf(address, found.object) };
    return;
  }
  const { prefix, first } = found;
  const objects = listFrom(list, first, { bucket: address.bucket, prefix, signal });
  yield* observeListed(uri, prefix, listed(address.bucket, objects), { maxObjects, signal });
}

async function find(
  address: GsAddress,
  connect: () => Promise<GsConnection>,
  list: PageLister,
  signal: AbortSignal | undefined,
): Promise<{ readonly object: ObjectFacts } | ListedFolder<ListedObject, ListedPlace>> {
  const { bucket, object: key, generation } = address;
  const head = async () => {
    const attempted = { what: 'look at', location: formatGsUri(address), signal };
    return headObject(await connect(), address, attempted);
  };
  if (generation === undefined) return findListed(key, head, (prefix) => list({ bucket, prefix, signal }));
  const object = await head();
  if (object === undefined) throw nothingAt(formatGsUri(address));
  return { object };
}

async function* listed(bucket: string, objects: AsyncIterable<ListedObject>): AsyncGenerator<Listed> {
  for await (const object of objects)
    yield { key: object.key, ...recordOf({ bucket, object: object.key }, object) };
}

/** What is recorded of an object. */
function recordOf(
  address: GsAddress,
  facts: ObjectFacts,
): Pick<Observation, 'uri' | 'digest' | 'size' | 'extra'> {
  const uri = formatGsUri(address);
  const { size, generation, etag } = facts;
  const extra = {
    ...(generation === undefined ? {} : { generation }),
    ...(etag === undefined ? {} : { etag }),
  };
  return {
    uri,
    digest: digestOf(uri, facts),
    ...(size === undefined ? {} : { size }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** The strongest that there is. Objects that were composed of others have no MD5. */
function digestOf(uri: string, { md5, crc32c, generation }: ObjectFacts): Observation['digest'] {
  if (md5 !== undefined) return `md5:${md5}`;
  if (crc32c !== undefined) return `crc32c:${crc32c}`;
  return generation === undefined ? `uri:${uri}` : `generation:${generation}`;
}

function nothingAt(uri: string): CairnError {
  return new CairnError('not_found', `nothing is there at ${quote(uri)}`, {
    hint: 'Check the bucket, the name and the generation. Folder markers alone are nothing.',
  });
}
