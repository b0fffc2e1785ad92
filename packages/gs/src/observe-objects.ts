import {
  CairnError,
  compareUtf8,
  entryNameOf,
  type ListedObject,
  type Observation,
  type ObserveOptions,
  observeListed,
  quote,
} from '@cairn/core';
import type { GsConnection } from './client.js';
import { formatGsUri, type GsAddress, parseGsUri } from './gs-uri.js';
import { headObject, type ObjectFacts } from './head-object.js';
import { listFrom, type Page, type PageLister } from './list-objects.js';

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
  if ('facts' in found) {
    const path = entryNameOf(address.bucket, address.object);
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
 * object comes first in the listing of its own name, so that either way a right guess costs no request of its own.
 */
async function find(
  address: GsAddress,
  connect: () => Promise<GsConnection>,
  list: PageLister,
  signal: AbortSignal | undefined,
): Promise<{ readonly facts: ObjectFacts } | Folder> {
  const { bucket, object, generation } = address;
  const head = async () => {
    const attempted = { what: 'look at', location: formatGsUri(address), signal };
    return headObject(await connect(), address, attempted);
  };
  const listFolder = async (prefix: string) => ({ prefix, first: await list({ bucket, prefix, signal }) });
  if (generation !== undefined) {
    const facts = await head();
    if (facts === undefined) throw nothingAt(formatGsUri(address));
    return { facts };
  }
  if (object === '' || object.endsWith('/')) return listFolder(object);
  if (hasExtension(object)) {
    const facts = await head();
    return facts === undefined ? listFolder(`${object}/`) : { facts };
  }
  let first: Page;
  try {
    first = await list({ bucket, prefix: object, signal });
  } catch (error) {
    // Who may read an object need not be allowed to list its bucket.
    const facts = CairnError.is(error, 'forbidden') ? await head() : undefined;
    if (facts !== undefined) return { facts };
    throw error;
  }
  const [listed] = first.objects;
  if (listed?.name === object) return { facts: listed };
  return enterFolder(`${object}/`, first, listFolder);
}

/** The listing of a folder, as far as that of the name before it already shows it: `images-old/` stands before `images/`. */
async function enterFolder(
  prefix: string,
  { objects, next }: Page,
  listFolder: (prefix: string) => Promise<Folder>,
): Promise<Folder> {
  if (next !== undefined && compareUtf8(next.name, prefix) < 0) return listFolder(prefix);
  // The token belongs to the listing of another prefix.
  const place = next?.name.startsWith(prefix) ? { name: next.name } : undefined;
  return { prefix, first: { objects, next: place } };
}

async function* listed(
  bucket: string,
  objects: AsyncIterable<ObjectFacts & { readonly name: string }>,
): AsyncGenerator<ListedObject> {
  for await (const object of objects)
    yield { key: object.name, ...recordOf({ bucket, object: object.name }, object) };
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

/** `model.h5`, but not `v1.0`. */
function hasExtension(object: string): boolean {
  return /[^/.]\.[a-z][a-z0-9]*$/i.test(object);
}

function nothingAt(uri: string): CairnError {
  return new CairnError('not_found', `nothing is there at ${quote(uri)}`, {
    hint: 'Check the bucket, the name and the generation. Folder markers alone are nothing.',
  });
}
