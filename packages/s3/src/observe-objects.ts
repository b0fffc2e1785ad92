import {
  CairnError,
  compareUtf8,
  entryNameOf,
  type ListedObject as Listed,
  type Observation,
  type ObserveOptions,
  observeListed,
  quote,
} from '@cairn/core';
import type { S3Connection } from './client.js';
import { headObject, type ObjectFacts } from './head-object.js';
import { type ListedObject, listFrom, type Page, type PageLister } from './list-objects.js';
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
  if ('facts' in found) {
    const path = entryNameOf(address.bucket, address.key);
    yield { kind: 'object', path, ...recordOf(address, found.facts) };
    return;
  }
  const { prefix, first } = found;
  const objects = listFrom(list, first, { bucket: address.bucket, prefix, signal });
  yield* observeListed(uri, prefix, listed(address.bucket, objects), { maxObjects, signal });
}

/** A folder, and the first page of its listing; other objects may be on that page, too. */
interface Folder {
  readonly prefix: string;
  readonly first: Page;
}

/**
 * Tells an object from a folder. A name with an extension is looked at as an object first, and any other is listed: an
 * object comes first in the listing of its own key, so that either way a right guess costs no request of its own.
 */
async function find(
  address: S3Address,
  connect: () => Promise<S3Connection>,
  list: PageLister,
  signal: AbortSignal | undefined,
): Promise<{ readonly facts: ObjectFacts } | Folder> {
  const { bucket, key, versionId } = address;
  const head = async () => {
    const attempted = { what: 'look at', location: formatS3Uri(address), signal };
    return headObject(await connect(), address, attempted);
  };
  const listFolder = async (prefix: string) => ({ prefix, first: await list({ bucket, prefix, signal }) });
  if (versionId !== undefined) {
    const facts = await head();
    if (facts === undefined) throw nothingAt(formatS3Uri(address));
    return { facts };
  }
  if (key === '' || key.endsWith('/')) return listFolder(key);
  if (hasExtension(key)) {
    const facts = await head();
    return facts === undefined ? listFolder(`${key}/`) : { facts };
  }
  let first: Page;
  try {
    first = await list({ bucket, prefix: key, signal });
  } catch (error) {
    // Who may read an object need not be allowed to list its bucket.
    const facts = CairnError.is(error, 'forbidden') ? await head() : undefined;
    if (facts !== undefined) return { facts };
    throw error;
  }
  const [object] = first.objects;
  if (object?.key === key) return { facts: { ...object, metadata: {} } };
  return enterFolder(`${key}/`, first, listFolder);
}

/** The listing of a folder, as far as that of the key before it already shows it: `images-old/` stands before `images/`. */
async function enterFolder(
  prefix: string,
  { objects, next }: Page,
  listFolder: (prefix: string) => Promise<Folder>,
): Promise<Folder> {
  if (next !== undefined && compareUtf8(next.key, prefix) < 0) return listFolder(prefix);
  const isWithin = next?.key.startsWith(prefix);
  // Its token belongs to the listing of another prefix.
  const place = isWithin ? { key: next?.key ?? '', versionId: next?.versionId } : undefined;
  return { prefix, first: { objects, next: place } };
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

/** `model.h5`, but not `v1.0`. */
function hasExtension(key: string): boolean {
  return /[^/.]\.[a-z][a-z0-9]*$/i.test(key);
}

function nothingAt(uri: string): CairnError {
  return new CairnError('not_found', `nothing is there at ${quote(uri)}`, {
    hint: 'Check the bucket, the key and the version. Folder markers alone are nothing.',
  });
}
