import {
  CairnError,
  compareUtf8,
  entryNameOf,
  entryPathOf,
  inPathOrder,
  type Observation,
  type ObserveOptions,
  quote,
} from '@cairn/core';
import type { S3Connection } from './client.js';
import { headObject, type ObjectFacts } from './head-object.js';
import { type ListedObject, listFrom, type Page, type PageLister } from './list-objects.js';
import { formatS3Uri, parseS3Uri, type S3Address } from './s3-uri.js';

/** How many observations are held back to put them in order. */
const sortedAtOnce = 10_000;

/** Observes what an `s3://` URI names: an object by one request, a prefix by its listing and nothing else. */
export async function* observeObjects(
  uri: string,
  { checksum = true, maxObjects = Number.POSITIVE_INFINITY, signal }: ObserveOptions,
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
    yield observation('object', entryNameOf(address.bucket, address.key), address, found.facts);
    return;
  }
  let count = 0;
  const members = membersOf(address.bucket, found, list, signal);
  for await (const member of inPathOrder(members, Math.min(maxObjects, sortedAtOnce))) {
    yield member;
    signal?.throwIfAborted();
    if (++count > maxObjects) return;
  }
  if (count === 0) throw nothingAt(uri);
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

async function* membersOf(
  bucket: string,
  { prefix, first }: Folder,
  list: PageLister,
  signal: AbortSignal | undefined,
): AsyncGenerator<Observation> {
  // Only a path with a percent sign can be that of two keys.
  const taken = new Map<string, string>();
  for await (const object of listFrom(list, first, { bucket, prefix, signal })) {
    signal?.throwIfAborted();
    const { key, size } = object;
    const isFolderMarker = size === 0 && key.endsWith('/');
    if (isFolderMarker || !key.startsWith(prefix)) continue;
    const path = entryPathOf(key.slice(prefix.length));
    if (path.includes('%')) {
      const other = taken.get(path);
      if (other !== undefined) throw pathConflict(bucket, other, key, path);
      taken.set(path, key);
    }
    yield observation('member', path, { bucket, key }, object);
  }
}

function observation(
  kind: Observation['kind'],
  path: string,
  address: S3Address,
  { size, etag, versionId }: ObjectFacts | ListedObject,
): Observation {
  const uri = formatS3Uri(address);
  return {
    kind,
    path,
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

function pathConflict(bucket: string, one: string, other: string, path: string): CairnError {
  const [first, second] = [one, other].map((key) => quote(formatS3Uri({ bucket, key })));
  return new CairnError('path_conflict', `${first} and ${second} would both be ${quote(path)}`, {
    hint: 'Add them one by one, with { name }.',
  });
}
