import { CairnError, checkUri, quote, utf8Length } from '@cairn/core';

/** What a `gs://` URI names. */
export interface GsAddress {
  readonly bucket: string;
  /** Exactly as Cloud Storage knows it; `''` for the bucket itself. */
  readonly object: string;
  /**
   * One generation of the object. `''`: the live one, said outright, so that the name is an object's even if it ends with a
   * slash. Absent: the live one, or whatever lies under the name.
   */
  readonly generation?: string;
}

/** The longest name of an object, in bytes of UTF-8. */
const maxNameBytes = 1024;
const grammar = /^gs:\/\/([^/]*)(?:\/(.*))?$/is;
/** Names with dots are domains, and may be longer than others. */
const bucketGrammar = /^[a-z0-9](?:[a-z0-9._-]{0,220}[a-z0-9])?$/;
/** A generation is a positive 64-bit integer. */
const ending = /#(?<generation>\d{0,19}|url(?:#(?<after>\d{0,19}))?)$/;

/**
 * Takes a `gs://bucket/object` URI apart. It is no URL: nothing in the name is decoded or resolved, so `#`, `?`, `%`, `+`,
 * `//` and `..` are themselves. Only these endings mean something else:
 *
 * - `#1700000000000000`, a number, names a generation; `#` alone the live one. A name that itself ends like one of these is
 *   written with `#` behind it: `gs://bucket/issue#12#` is the object `issue#12`.
 * - `#url` says that the name is percent-encoded, which is how one is written that has control characters or itself ends
 *   like this. A generation follows it as `#url#1700000000000000`.
 *
 * @throws CairnError `uri_invalid`.
 */
export function parseGsUri(uri: string): GsAddress {
  checkUri(uri);
  const match = grammar.exec(uri);
  const bucket = match?.[1] ?? '';
  if (match === null) throw invalid(uri, 'it is no gs:// URI');
  if (bucket === '') throw invalid(uri, 'it names no bucket');
  if (!bucketGrammar.test(bucket)) throw invalid(uri, "what it has for a bucket can't be one");
  const text = match[2] ?? '';
  const found = findEnding(text);
  const object = found.isEncoded ? decode(uri, found.name) : found.name;
  checkObject(uri, object);
  if (found.generation === undefined) return { bucket, object };
  if (object === '') throw invalid(uri, 'it names a generation, but no object');
  return { bucket, object, generation: found.generation };
}

/** Writes a URI that {@link parseGsUri} reads as the same address. */
export function formatGsUri({ bucket, object, generation }: GsAddress): string {
  if (/\p{Cc}|#url$/u.test(object)) {
    const encoded = encodeURIComponent(object).replaceAll('%2F', '/');
    return `gs://${bucket}/${encoded}#url${generation === undefined ? '' : `#${generation}`}`;
  }
  const written = generation ?? (ending.test(object) ? '' : undefined);
  return `gs://${bucket}/${object}${written === undefined ? '' : `#${written}`}`;
}

function findEnding(text: string): { name: string; isEncoded: boolean; generation: string | undefined } {
  const found = ending.exec(text);
  const { generation, after } = found?.groups ?? {};
  const name = text.slice(0, found?.index);
  const isEncoded = generation?.startsWith('url') ?? false;
  return { name, isEncoded, generation: isEncoded ? after : generation };
}

/** Names that Cloud Storage has for no object. A request for `.` or `..` would be one for what is above it. */
function checkObject(uri: string, object: string): void {
  if (utf8Length(object) > maxNameBytes) throw invalid(uri, `its name has more than ${maxNameBytes} bytes`);
  if (object === '.' || object === '..') throw invalid(uri, `no object can be called ${object}`);
}

function decode(uri: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalid(uri, 'its name is not percent-encoded');
  }
}

function invalid(uri: string, problem: string): CairnError {
  return new CairnError('uri_invalid', `${quote(uri)} can't be a reference: ${problem}`, {
    hint: 'Write gs://bucket/object, gs://bucket/folder/ or gs://bucket/object#generation.',
  });
}
