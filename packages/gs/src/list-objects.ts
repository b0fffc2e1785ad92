import { CairnError, type ListedPage, type ListedPlace, quote } from '@cairn/core';
import type { GsConnection } from './client.js';
import { translateGsError } from './gs-error.js';
import { formatGsUri } from './gs-uri.js';
import { factsOf, type ObjectFacts, type ObjectResource } from './head-object.js';
import { requestJson } from './request.js';

/** An object as a listing shows it. */
export interface ListedObject extends ObjectFacts {
  /** Its name. */
  readonly key: string;
}

export type Page = ListedPage<ListedObject, ListedPlace>;

export interface PageRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Default: from the start. */
  readonly from?: ListedPlace | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lists up to 1,000 objects in one request. */
export type PageLister = (request: PageRequest) => Promise<Page>;

/** What is asked of every object: no more than what is used. */
const fields = 'items(name,size,generation,etag,md5Hash,crc32c),nextPageToken';

export function pageLister(connect: () => Promise<GsConnection>): PageLister {
  return async (request) => {
    const connection = await connect();
    const { bucket, prefix, from, signal } = request;
    const place = from?.token === undefined ? { startOffset: from?.key } : { pageToken: from.token };
    const query = { ...(prefix === '' ? {} : { prefix }), ...place, fields, maxResults: '1000' };
    try {
      const listing = await requestJson<Listing>(connection, { bucket, query, signal });
      return checkProgress(request, pageOf(request, listing));
    } catch (error) {
      const location = formatGsUri({ bucket, object: prefix });
      throw translateGsError(error, { what: 'list', location, signal });
    }
  };
}

/** All objects from a page on, of which only those with a prefix are listed further. */
export async function* listFrom(
  list: PageLister,
  first: Page,
  request: PageRequest,
): AsyncGenerator<ListedObject> {
  let page: Page | undefined = first;
  let last: string | undefined;
  while (page !== undefined) {
    for (const object of page.objects) {
      // A listing that goes on at a name begins with the object of that name.
      if (object.key !== last) yield object;
      last = object.key;
    }
    page = page.next && (await list({ ...request, from: page.next }));
  }
}

interface Listing {
  readonly items?: readonly ObjectResource[];
  readonly nextPageToken?: string;
}

function pageOf({ prefix, from }: PageRequest, { items = [], nextPageToken }: Listing): Page {
  const objects = items.map((resource) => ({ ...factsOf(resource), key: resource.name ?? '' }));
  if (!nextPageToken) return { objects, next: undefined };
  // A page may be empty and yet not the last one.
  return { objects, next: { key: objects.at(-1)?.key ?? from?.key ?? prefix, token: nextPageToken } };
}

/** A page that says there is more must not send back to where it came from: else the end would never come. */
function checkProgress({ bucket, prefix, from }: PageRequest, page: Page): Page {
  if (page.next === undefined || page.next.token !== from?.token) return page;
  const location = formatGsUri({ bucket, object: prefix });
  throw new CairnError('unavailable', `can't list ${quote(location)}: the server's pages have no end`, {
    hint: 'Check that the endpoint is a complete Cloud Storage server.',
    isRetryable: false,
  });
}
