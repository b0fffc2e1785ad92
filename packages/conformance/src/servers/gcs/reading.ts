import type { HttpAnswer } from '../http-resource.js';
import type { GcsBucket, GcsObject } from './buckets.js';
import { GcsFailure, jsonAnswer } from './failure.js';
import type { GcsRequest } from './request.js';

/** The generation that is asked for, or what the name stands for. @throws GcsFailure */
export function findObject(bucket: GcsBucket, { object, query }: GcsRequest): GcsObject {
  const generation = query.get('generation');
  const found =
    generation === undefined
      ? bucket.live(object)
      : bucket.generationsOf(object).find((candidate) => candidate.generation === generation);
  if (found === undefined) throw new GcsFailure(404, 'notFound');
  return found;
}

/** Refuses what was asked for on a condition that doesn't hold; generation 0 is that of no object. */
export function checkConditions(found: GcsObject | undefined, query: ReadonlyMap<string, string>): void {
  const generation = found?.generation ?? '0';
  const match = query.get('ifGenerationMatch');
  const noMatch = query.get('ifGenerationNotMatch');
  if (match !== undefined && match !== generation) throw new GcsFailure(412, 'conditionNotMet');
  if (noMatch !== undefined && noMatch === generation) throw new GcsFailure(304, 'notModified');
}

/** An object as the JSON API shows it. */
export function resourceOf(bucketName: string, object: GcsObject): Record<string, unknown> {
  return {
    kind: 'storage#object',
    bucket: bucketName,
    name: object.name,
    generation: object.generation,
    metageneration: '1',
    size: String(object.bytes.length),
    ...(object.md5Hash === undefined ? {} : { md5Hash: object.md5Hash }),
    crc32c: object.crc32c,
    etag: object.etag,
    updated: object.updated.toISOString(),
    timeCreated: object.updated.toISOString(),
    ...object.given,
  };
}

export function getObject(bucket: GcsBucket, request: GcsRequest): HttpAnswer {
  const found = findObject(bucket, request);
  checkConditions(found, request.query);
  return jsonAnswer(resourceOf(request.bucket, found));
}

/** The bytes of an object as they are stored, or a part of them. */
export function getMedia(bucket: GcsBucket, request: GcsRequest): HttpAnswer {
  const found = findObject(bucket, request);
  checkConditions(found, request.query);
  const { contentEncoding, contentType } = found.given;
  const headers = {
    'content-type': String(contentType ?? 'application/octet-stream'),
    etag: found.etag,
    'last-modified': found.updated.toUTCString(),
    'x-goog-generation': found.generation,
    'x-goog-hash': [`crc32c=${found.crc32c}`, ...(found.md5Hash ? [`md5=${found.md5Hash}`] : [])].join(','),
    'x-goog-stored-content-length': String(found.bytes.length),
    'x-goog-stored-content-encoding': String(contentEncoding ?? 'identity'),
    ...(contentEncoding === undefined ? {} : { 'content-encoding': String(contentEncoding) }),
  };
  const whole = { status: 200, headers, body: found.bytes };
  return request.headers.range === undefined ? whole : part(whole, request.headers.range);
}

function part(whole: HttpAnswer, range: string): HttpAnswer {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  if (first === undefined) return whole;
  const size = whole.body.length;
  const start = Number(first);
  const end = last ? Math.min(size, Number(last) + 1) : size;
  if (start >= size) {
    throw new GcsFailure(416, 'requestedRangeNotSatisfiable', { 'content-range': `bytes */${size}` });
  }
  return {
    status: 206,
    headers: { ...whole.headers, 'Content-Range': `bytes ${start}-${end - 1}/${size}` },
    body: whole.body.subarray(start, end),
  };
}
