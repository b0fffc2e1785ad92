import { CairnError, parseDigest, quote, type ReferenceEntry } from '@cairn/core';
import { pinnedVersion } from './list-objects.js';
import { formatS3Uri, parseS3Uri, type S3Address } from './s3-uri.js';

/** What a reference says of its object. */
export interface ReferenceRecord {
  readonly address: S3Address;
  readonly location: string;
  /** Whether the address names bytes that can't change. */
  readonly isPinned: boolean;
  /** Verbatim; absent for an unverified reference. */
  readonly etag: string | undefined;
  /** In bytes. */
  readonly size: number | undefined;
}

/** Reads a reference that this package recorded. @throws CairnError `uri_invalid`, `manifest_invalid`. */
export function recordOf({ uri, digest, size, extra }: ReferenceEntry): ReferenceRecord {
  const parsed = parseS3Uri(uri);
  const { scheme, value } = parseDigest(digest);
  const versionId = extra?.versionId ?? parsed.versionId;
  const address = versionId === undefined ? parsed : { ...parsed, versionId };
  return {
    address,
    location: formatS3Uri(address),
    isPinned: pinnedVersion(versionId) !== undefined,
    etag: scheme === 'etag' ? value : undefined,
    size,
  };
}

/** What of an object differs from its record, in words, or `undefined`. */
export function differenceFrom(
  { etag, size }: ReferenceRecord,
  found: { readonly etag: string | undefined; readonly size: number | undefined },
): string | undefined {
  if (etag !== undefined && found.etag !== etag) {
    return `its ETag is ${found.etag === undefined ? 'gone' : quote(found.etag)}, and was ${quote(etag)}`;
  }
  if (size !== undefined && found.size !== undefined && found.size !== size) {
    return `it has ${found.size} bytes, and had ${size}`;
  }
  return undefined;
}

export function referenceChanged({ location }: ReferenceRecord, difference: string): CairnError {
  return new CairnError(
    'reference_changed',
    `${quote(location)} is no longer what was recorded: ${difference}`,
    {
      hint: 'Add the reference again to record what is there now.',
    },
  );
}
