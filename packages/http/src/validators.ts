import { CairnError, parseDigest, quote, type ReferenceEntry } from '@cairn/core';
import { type Answer, contentRange, encodingsOf, header } from './answer.js';
import type { HttpUri } from './http-uri.js';

/** What tells one state of a resource from another. */
export interface Validators {
  /** Verbatim, with its quotes and `W/`. */
  readonly etag?: string | undefined;
  /** In bytes, as they are without compression. */
  readonly size?: number | undefined;
  /** Verbatim. */
  readonly lastModified?: string | undefined;
}

/** What an answer says of the resource. */
export function validatorsOf(answer: Answer): Validators {
  const etag = header(answer.headers, 'etag');
  return {
    etag: etag !== undefined && /^[\x20-\x7e\x80-\xff]+$/.test(etag) ? etag : undefined,
    size: sizeOf(answer),
    lastModified: header(answer.headers, 'last-modified'),
  };
}

function sizeOf(answer: Answer): number | undefined {
  if (encodingsOf(answer).length > 0) return undefined;
  if (answer.statusCode === 206) return contentRange(answer)?.total;
  const length = header(answer.headers, 'content-length') ?? '';
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** What is recorded of a reference. @throws CairnError `unsupported_format` when it is nothing that http can check. */
export function recordedOf({ uri, digest, size, extra }: ReferenceEntry): Validators {
  const { scheme, value } = parseDigest(digest);
  if (!checkable.has(scheme)) {
    throw new CairnError('unsupported_format', `can't check ${quote(uri)} by its ${quote(scheme)} digest`, {
      hint: 'An http reference has an ETag, or a sha256, blake3 or md5 digest.',
    });
  }
  return { etag: scheme === 'etag' ? value : undefined, size, lastModified: extra?.lastModified };
}

const checkable: ReadonlySet<string> = new Set(['etag', 'uri', 'sha256', 'blake3', 'md5']);

/** Whether equal ETags mean equal bytes, so that a server can be asked for them (`If-Match`, `If-Range`). */
export function isStrong(etag: string | undefined): etag is string {
  return etag !== undefined && /^"[^"]*"$/.test(etag);
}

/**
 * Compares what was recorded with what is there. Last-Modified counts only beside no strong ETag: mirrors of one file may
 * differ in it.
 *
 * @throws CairnError `reference_changed` with both values.
 */
export function checkUnchanged({ stored }: HttpUri, recorded: Validators, found: Validators): void {
  const { etag, size, lastModified } = recorded;
  if (etag !== undefined && !sameEtag(etag, found.etag)) throw changed(stored, 'ETag', etag, found.etag);
  if (size !== undefined && found.size !== undefined && size !== found.size) {
    throw changed(stored, 'size', size, found.size);
  }
  if (isStrong(etag) || lastModified === undefined || found.lastModified === undefined) return;
  if (lastModified !== found.lastModified)
    throw changed(stored, 'Last-Modified', lastModified, found.lastModified);
}

function sameEtag(recorded: string, found: string | undefined): boolean {
  if (recorded === found) return true;
  return recorded.startsWith('W/') && recorded.slice(2) === found?.replace(/^W\//, '');
}

/** The resource is no longer the one that was recorded. */
export function changed(
  uri: string,
  what: string,
  was: string | number,
  is: string | number | undefined,
): CairnError {
  const now = is === undefined ? 'unknown' : quote(String(is));
  return new CairnError(
    'reference_changed',
    `${quote(uri)} has changed: its ${what} is ${now}, and was ${quote(String(was))}`,
    {
      hint: 'Log the artifact again to record what is there now.',
    },
  );
}
