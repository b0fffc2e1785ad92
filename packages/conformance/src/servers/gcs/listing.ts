import { compareUtf8 } from '@cairn/core';
import type { HttpAnswer } from '../http-resource.js';
import type { GcsBucket, GcsObject } from './buckets.js';
import { jsonAnswer } from './failure.js';
import { resourceOf } from './reading.js';
import type { GcsRequest } from './request.js';

const maxPage = 1000;

/** One page of the live objects, or with `versions=true` of all generations; without delimiters. */
export function listObjects(bucket: GcsBucket, { bucket: bucketName, query }: GcsRequest): HttpAnswer {
  const limit = Math.min(Number(query.get('maxResults') ?? maxPage), maxPage);
  const token = query.get('pageToken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const page: GcsObject[] = [];
  let nextPageToken: string | undefined;
  for (const object of objectsAfter(bucket, query, after)) {
    if (page.length === limit) {
      nextPageToken = Buffer.from(placeOf(page.at(-1) as GcsObject)).toString('base64url');
      break;
    }
    page.push(object);
  }
  return jsonAnswer({
    kind: 'storage#objects',
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    ...(page.length === 0 ? {} : { items: page.map((object) => resourceOf(bucketName, object)) }),
  });
}

/** Where an object stands in a listing. No name has a zero in it. */
function placeOf({ name, generation }: GcsObject): string {
  return `${name}\0${generation}`;
}

function* objectsAfter(
  bucket: GcsBucket,
  query: ReadonlyMap<string, string>,
  after: string | undefined,
): Generator<GcsObject> {
  const prefix = query.get('prefix') ?? '';
  const start = query.get('startOffset') ?? '';
  const end = query.get('endOffset');
  const withAll = query.get('versions') === 'true';
  for (const name of bucket.names) {
    if (!name.startsWith(prefix) || compareUtf8(name, start) < 0) continue;
    if (end !== undefined && compareUtf8(name, end) >= 0) continue;
    // The oldest first.
    for (const object of [...bucket.generationsOf(name)].reverse()) {
      const isPast = after !== undefined && compareUtf8(placeOf(object), after) <= 0;
      if ((withAll || object.isLive) && !isPast) yield object;
    }
  }
}
