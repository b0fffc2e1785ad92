import { CairnError, parseDigest, quote, type ReferenceEntry } from '@cairn/core';
import { formatGsUri, type GsAddress, parseGsUri } from './gs-uri.js';

/** A hash of the contents, in lower-case hex. */
export interface ContentHash {
  readonly algorithm: 'md5' | 'crc32c';
  readonly value: string;
}

/** What a reference says of its object. */
export interface ReferenceRecord {
  /** With the generation that was recorded. */
  readonly address: GsAddress;
  readonly location: string;
  /** Whether the URI itself names the generation, so that no other one will do. */
  readonly isNamed: boolean;
  /** Whether anything is known by which the object can be told from another. */
  readonly isVerifiable: boolean;
  readonly hash: ContentHash | undefined;
  /** In bytes. */
  readonly size: number | undefined;
}

/** What is seen of an object now. */
export interface FoundFacts {
  readonly generation: string | undefined;
  readonly size: number | undefined;
  readonly md5: string | undefined;
  readonly crc32c: string | undefined;
}

/** Reads a reference that this package recorded. @throws CairnError `uri_invalid`, `manifest_invalid`. */
export function recordOf({ uri, digest, size, extra }: ReferenceEntry): ReferenceRecord {
  const parsed = parseGsUri(uri);
  const { scheme, value } = parseDigest(digest);
  const generation = (scheme === 'generation' ? value : undefined) ?? extra?.generation ?? parsed.generation;
  if (generation !== undefined && !/^\d{0,19}$/.test(generation)) {
    throw new CairnError('manifest_invalid', `${quote(generation)} is no generation of ${quote(uri)}`);
  }
  const address = generation === undefined ? parsed : { ...parsed, generation };
  return {
    address,
    location: formatGsUri(address),
    isNamed: Boolean(parsed.generation),
    isVerifiable: scheme !== 'uri',
    hash: scheme === 'md5' || scheme === 'crc32c' ? { algorithm: scheme, value } : undefined,
    size,
  };
}

/** What of an object differs from its record, in words, or `undefined`. */
export function differenceFrom(
  { address, hash, size }: ReferenceRecord,
  found: FoundFacts,
): string | undefined {
  const { generation } = address;
  if (generation && found.generation !== undefined && found.generation !== generation) {
    return `its generation is ${quote(found.generation)}, and was ${quote(generation)}`;
  }
  const now = hash && found[hash.algorithm];
  if (now !== undefined && now !== hash?.value) {
    return `its ${hash?.algorithm} is ${now}, and was ${hash?.value}`;
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
    { hint: 'Add the reference again to record what is there now.' },
  );
}
