import { CairnError, compareUtf8, type ListedPage, type ListedPlace, quote } from '@cairn/core';
import { type S3Connection, within } from './client.js';
import { attempt, statusOf, translateS3Error } from './s3-error.js';
import { formatS3Uri } from './s3-uri.js';

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number | undefined;
  /** Verbatim, with its quotes. */
  readonly etag: string | undefined;
  /** Absent where versions don't pin anything; see {@link pinnedVersion}. */
  readonly versionId: string | undefined;
}

/** Where a listing goes on: after a key, by the words of the server that listed it. */
export interface Place extends ListedPlace {
  readonly versionId?: string | undefined;
}

export type Page = ListedPage<ListedObject, Place>;

export interface PageRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Default: from the start. */
  readonly after?: Place | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lists up to 1,000 objects in one request, or two at the first page of a bucket whose versions may not be listed. */
export type PageLister = (request: PageRequest) => Promise<Page>;

/**
 * A version id that names the same bytes for ever, else `undefined`. `null` is the version of what was written without
 * versioning; the next such write replaces it.
 */
export function pinnedVersion(versionId: string | undefined): string | undefined {
  return versionId === 'null' || versionId === '' ? undefined : versionId;
}

/**
 * Makes a lister that asks for the listing of versions, which works in every bucket, names the version of every object, and
 * costs as much as a plain one where there is no history. Buckets in which it is refused are listed plainly from then on.
 */
export function pageLister(connect: () => Promise<S3Connection>): PageLister {
  const plain = new Set<string>();
  return async (request) => {
    const connection = await connect();
    const attempted = {
      what: 'list',
      location: formatS3Uri({ bucket: request.bucket, key: request.prefix }),
      signal: request.signal,
    };
    if (!plain.has(request.bucket)) {
      try {
        return checkProgress(request, await listVersions(connection, request));
      } catch (error) {
        // Some servers have no versions; some policies allow to list objects, but not versions.
        const isRefused = [400, 403, 405, 501].includes(statusOf(error) ?? 0) && request.after === undefined;
        if (!isRefused || request.signal?.aborted) throw translateS3Error(error, attempted);
      }
    }
    const page = await attempt(attempted, listObjects(connection, request));
    plain.add(request.bucket);
    return checkProgress(request, page);
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
      // Some servers begin a page with the object that ended the one before.
      if (object.key !== last) yield object;
      last = object.key;
    }
    page = page.next && (await list({ ...request, after: page.next }));
  }
}

/** All objects with a prefix, by plain listings: for those who don't care for versions. */
export async function* listPlainly(
  connection: S3Connection,
  request: PageRequest,
): AsyncGenerator<ListedObject> {
  const location = formatS3Uri({ bucket: request.bucket, key: request.prefix });
  const list: PageLister = async (asked) =>
    checkProgress(
      asked,
      await attempt({ what: 'list', location, signal: asked.signal }, listObjects(connection, asked)),
    );
  yield* listFrom(list, await list(request), request);
}

async function listVersions(
  { sdk, client, payer }: S3Connection,
  { bucket, prefix, after, signal }: PageRequest,
): Promise<Page> {
  const answer = await client.send(
    new sdk.ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: 'url',
      KeyMarker: after?.key,
      VersionIdMarker: after?.versionId,
      ...payer,
    }),
    within(signal),
  );
  const decode = decoder(answer.EncodingType);
  const { Versions = [], DeleteMarkers = [], IsTruncated, NextKeyMarker, NextVersionIdMarker } = answer;
  const objects = Versions.filter((version) => version.IsLatest).map((version) => ({
    key: decode(version.Key),
    size: version.Size,
    etag: version.ETag,
    versionId: pinnedVersion(version.VersionId),
  }));
  if (IsTruncated !== true) return { objects, next: undefined };
  // Whatever else its last key has are older versions, so the next key comes next. The server's own markers lead through
  // that history, and are wrong on some.
  const marker = DeleteMarkers.findLast(({ IsLatest }) => IsLatest);
  const ends = [objects.at(-1)?.key, marker && decode(marker.Key)].filter((key) => key !== undefined);
  const last = ends.sort(compareUtf8).at(-1);
  if (last !== undefined && last !== after?.key) return { objects, next: { key: last } };
  return { objects, next: { key: decode(NextKeyMarker), versionId: NextVersionIdMarker } };
}

async function listObjects(
  { sdk, client, payer }: S3Connection,
  { bucket, prefix, after, signal }: PageRequest,
): Promise<Page> {
  const answer = await client.send(
    new sdk.ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: 'url',
      ...(after?.token === undefined ? { StartAfter: after?.key } : { ContinuationToken: after.token }),
      ...payer,
    }),
    within(signal),
  );
  const decode = decoder(answer.EncodingType);
  const objects = (answer.Contents ?? []).map((object) => ({
    key: decode(object.Key),
    size: object.Size,
    etag: object.ETag,
    versionId: undefined,
  }));
  const { IsTruncated, NextContinuationToken } = answer;
  if (IsTruncated !== true) return { objects, next: undefined };
  return { objects, next: { key: objects.at(-1)?.key ?? '', token: NextContinuationToken } };
}

/** A page that says there is more must say where, and not where it came from: else the end would never come. */
function checkProgress({ bucket, prefix, after }: PageRequest, page: Page): Page {
  const { next } = page;
  if (next === undefined) return page;
  const place = ({ key, versionId, token }: Place) => token ?? JSON.stringify([key, versionId]);
  const isSomewhere = next.token !== undefined || next.key !== '';
  if (isSomewhere && (after === undefined || place(next) !== place(after))) return page;
  const location = formatS3Uri({ bucket, key: prefix });
  throw new CairnError(
    'unavailable',
    `can't list ${quote(location)}: the server says there is more, but not where`,
    {
      hint: 'Check that the endpoint is a complete S3 server.',
      isRetryable: false,
    },
  );
}

/** Keys are asked for percent-encoded, with a plus for a space, since XML has no way to write some of them. */
function decoder(encodingType: string | undefined): (key: string | undefined) => string {
  if (encodingType !== 'url') return (key = '') => key;
  return (key = '') => decodeURIComponent(key.replaceAll('+', ' '));
}
