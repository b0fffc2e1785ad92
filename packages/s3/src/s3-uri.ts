import { CairnError, checkUri, quote, utf8Length } from '@cairn/core';

/** What an `s3://` URI names. */
export interface S3Address {
  readonly bucket: string;
  /** Exactly as S3 knows it; `''` for the bucket itself. */
  readonly key: string;
  /**
   * One version of the object. `''`: the current one, said outright, so that the key names an object even if it ends with
   * a slash. Absent: the current one, or whatever lies under the key.
   */
  readonly versionId?: string;
}

/** The longest key, in bytes of UTF-8. */
const maxKeyBytes = 1024;
const grammar = /^s3:\/\/([^/]*)(?:\/(.*))?$/is;
/** Legacy names, capitals and underscores among them; never an ARN, which would choose the endpoint. */
const bucketGrammar = /^[a-z0-9][a-z0-9._-]{0,254}$/i;
const ending =
  /(?:\?versionId=(?<plain>[^/?&]*)|(?<encoded>\?encoding-type=url)(?:&versionId=(?<after>[^/?&]*))?)$/;

/**
 * Takes an `s3://bucket/key` URI apart. It is no URL: nothing in the key is decoded or resolved, so `#`, `?`, `%`, `+`,
 * `//` and `..` are themselves. Only these endings mean something else:
 *
 * - `?versionId=ID` names a version; without an ID, the current one. A key that itself ends like one of these is
 *   written with `?versionId=` behind it.
 * - `?encoding-type=url` says that the key is percent-encoded, which is how one with control characters is written.
 *   A version follows it as `&versionId=ID`.
 *
 * @throws CairnError `uri_invalid`.
 */
export function parseS3Uri(uri: string): S3Address {
  checkUri(uri);
  const match = grammar.exec(uri);
  const bucket = match?.[1] ?? '';
  if (match === null) throw invalid(uri, 'it is no s3:// URI');
  if (bucket === '') throw invalid(uri, 'it names no bucket');
  if (!bucketGrammar.test(bucket)) throw invalid(uri, "what it has for a bucket can't be one");
  const text = match[2] ?? '';
  const found = ending.exec(text);
  const { plain, encoded, after } = found?.groups ?? {};
  const versionId = plain ?? after;
  const written = text.slice(0, found?.index);
  const key = encoded === undefined ? written : decode(uri, written);
  if (utf8Length(key) > maxKeyBytes) throw invalid(uri, `its key has more than ${maxKeyBytes} bytes`);
  if (versionId !== undefined && key === '') throw invalid(uri, 'it names a version, but no object');
  return versionId === undefined ? { bucket, key } : { bucket, key, versionId };
}

/** Writes a URI that {@link parseS3Uri} reads as the same address. */
export function formatS3Uri({ bucket, key, versionId }: S3Address): string {
  if (/\p{Cc}/u.test(key)) {
    const version = versionId === undefined ? '' : `&versionId=${versionId}`;
    return `s3://${bucket}/${encodeURIComponent(key).replaceAll('%2F', '/')}?encoding-type=url${version}`;
  }
  const version = versionId ?? (ending.test(key) ? '' : undefined);
  return `s3://${bucket}/${key}${version === undefined ? '' : `?versionId=${version}`}`;
}

function decode(uri: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalid(uri, 'its key is not percent-encoded');
  }
}

function invalid(uri: string, problem: string): CairnError {
  return new CairnError('uri_invalid', `${quote(uri)} can't be a reference: ${problem}`, {
    hint: 'Write s3://bucket/key, s3://bucket/folder/ or s3://bucket/key?versionId=….',
  });
}
