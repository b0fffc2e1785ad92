import {
  CairnError,
  entryNameOf,
  findListed,
  type ListedObject as Listed,
  type ListedFolder,
  type Observation,
  type ObserveOptions,
  observeListed,
  quote,
} from '@cairn/core';
import type { S3Connection } from './client.js';
import { headObject, type ObjectFacts } from './head-object.js';
import { type ListedObject, listFrom, type PageLister, type Place } from './list-objects.js';
import { formatS3Uri, parseS3Uri, type S3Address } from './s3-uri.js';

/** Observes what an `s3://` URI names: an object by one request, a prefix by its listing and nothing else. */
export async function* observeObjects(
  uri: string,
  { checksum = true, maxObjects, signal }: ObserveOptions,
  connect: () => Promise<S3Connection>,
  list: PageLister,
): AsyncGenerator<Observation> {
  signal?.throwIfAborted();
  const address = parseS3Uri(uri);
  if (!checksum) {
    yield { kind: 'object', path: entryNameOf(address.bucket, address.key), uri, digest: `uri:${uri}` };
    return;
  }
  const found = await find(address, connect, list, signal);
  if ('object' in found) {
    const path = entryNameOf(address.bucket, address.key);
    yield { kind: 'object', path, ...recordOf(address, found.object) };
    return;
  }
  const { prefix, first } = found;
  const objects = listFrom(list, first, { bucket: address.bucket, prefix, signal });
  yield* observeListed(uri, prefix, listed(address.bucket, objects), { maxObjects, signal });
}

async function find(
  address: S3Address,
  connect: () => Promise<S3Connection>,
  list: PageLister,
  signal: AbortSignal | undefined,
): Promise<{ readonly object: ObjectFacts | ListedObject } | ListedFolder<ListedObject, Place>> {
  const { bucket, key, versionId } = address;
  const head = async () => {
    const attempted = { what: 'look at', location: formatS3Uri(address), signal };
    return headObject(await connect(), address, attempted);
  };
  if (versionId === undefined) return findListed(key, head, (prefix) => list({ bucket, prefix, signal }));
  const object = await head();
  if (object === undefined) throw nothingAt(formatS3Uri(address));
  return { object };
}

async function* listed(bucket: string, objects: AsyncIterable<ListedObject>): AsyncGenerator<Listed> {
  for await (const object of objects)
    yield { key: object.key, ...recordOf({ bucket, key: object.key }, object) };
}

/** What is recorded of an object. */
function recordOf(
  address: S3Address,
  { size, etag, versionId }: ObjectFacts | ListedObject,
): Pick<Observation, 'uri' | 'digest' | 'size' | 'extra'> {
  const uri = formatS3Uri(address);
  return {
    uri,
    digest: etag === undefined ? `uri:${uri}` : `etag:${etag}`,
    ...(size === undefined ? {} : { size }),
    ...(versionId === undefined ? {} : { extra: { versionId } }),
  };
}

function nothingAt(uri: string): CairnError {
  return new CairnError('not_found', `nothing is there at ${quote(uri)}`, {
    hint: 'Check the bucket, the key and the version. Folder markers alone are nothing.',
  });
}
