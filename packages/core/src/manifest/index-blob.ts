import type { ContentDigest } from '../digest.js';
import { isContentDigest } from '../digest.js';
import { CairnError } from '../errors.js';
import type { Hasher } from '../hash/hasher.js';
import { canonicalJson, type JsonObject } from '../json.js';
import { checkMetadata } from '../metadata.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import { damaged, parseLine, splitLines } from './json-lines.js';

/** Who stored the files of an artifact, and how to make that policy again. */
export interface PolicyRef {
  readonly name: string;
  readonly config: JsonObject;
}

/** One leaf as the index knows it. */
export interface LeafRef {
  readonly digest: ContentDigest;
  /** The path of its first entry. */
  readonly first: string;
  readonly entryCount: number;
  /** Of its entries whose size is known, in bytes. */
  readonly size: number;
  /** The blob with what handlers recorded of its references, if they recorded anything. */
  readonly extras?: ContentDigest;
  /** How many of its entries are references, and their share of its size; left out when it has none. */
  readonly references?: { readonly entries: number; readonly size: number };
}

/** What leaves hold together. */
export interface Totals {
  readonly entryCount: number;
  /** Of all entries whose size is known, in bytes. */
  readonly size: number;
  /** The entries that are references, and their share of the size. */
  readonly references: { readonly entries: number; readonly size: number };
}

export function sumOf(leaves: readonly LeafRef[]): Totals {
  const sum = { entryCount: 0, size: 0, references: { entries: 0, size: 0 } };
  for (const { entryCount, size, references } of leaves) {
    sum.entryCount += entryCount;
    sum.size += size;
    sum.references.entries += references?.entries ?? 0;
    sum.references.size += references?.size ?? 0;
  }
  return sum;
}

/** The blob that a manifest is opened by: who stored it, and its leaves. */
export interface ManifestIndex {
  readonly policy: PolicyRef;
  readonly leaves: readonly LeafRef[];
}

const format = 1;

/** @throws CairnError `metadata_invalid` when the policy's config is not JSON. */
export function encodeIndex({ policy, leaves }: ManifestIndex): string {
  const lines = leaves.map((leaf) => leafLine(leaf, leaf));
  return `${headerLine({ name: policy.name, config: checkMetadata(policy.config) })}${lines.join('')}`;
}

function headerLine({ name, config }: PolicyRef): string {
  return `${canonicalJson({ cairn: 'manifest', format, policy: { config, name } })}\n`;
}

/** The artifact's digest: it covers the leaves, and neither the policy nor what the index says of references. */
export function digestIndex(leaves: readonly LeafRef[], hasher: Hasher): ContentDigest {
  return hasher.hash(new TextEncoder().encode(leaves.map((leaf) => leafLine(leaf)).join('')));
}

function leafLine(
  { digest, first, entryCount, size }: LeafRef,
  { extras, references }: Pick<LeafRef, 'extras' | 'references'> = {},
): string {
  const recorded = extras === undefined ? '' : `,"extras":"${extras}"`;
  const counted =
    references === undefined
      ? ''
      : `,"references":{"entries":${references.entries},"size":${references.size}}`;
  return `{"entries":${entryCount}${recorded},"first":${JSON.stringify(first)},"leaf":"${digest}"${counted},"size":${size}}\n`;
}

/**
 * Strict: only what {@link encodeIndex} would have written.
 *
 * @throws CairnError `manifest_invalid`; `unsupported_format` when a newer version wrote it.
 */
export function decodeIndex(bytes: Uint8Array): ManifestIndex {
  const [header, ...rest] = splitLines(bytes);
  if (header === undefined) throw damaged('its index is empty');
  const policy = decodeHeader(header);
  const leaves = rest.map(decodeLeafRef);
  for (let i = 1; i < leaves.length; i++) {
    if (compareUtf8((leaves[i - 1] as LeafRef).first, (leaves[i] as LeafRef).first) >= 0) {
      throw damaged('its leaves are out of order');
    }
  }
  return { policy, leaves };
}

function decodeHeader(line: string): PolicyRef {
  const { cairn, format: found, policy } = parseLine(line);
  if (cairn !== 'manifest') throw damaged('it is something else');
  if (found !== format) {
    throw new CairnError(
      'unsupported_format',
      `the manifest has format ${quote(String(found))}; this version reads ${format}`,
      { hint: 'Update Cairn.' },
    );
  }
  const { name, config } = (policy ?? {}) as Partial<PolicyRef>;
  if (typeof name !== 'string') throw damaged('it names no storage policy');
  let checked: JsonObject;
  try {
    checked = checkMetadata(config);
  } catch (cause) {
    throw damaged('its storage policy has no config', cause);
  }
  const decoded = { name, config: checked };
  if (headerLine(decoded) !== `${line}\n`) throw damaged('its first line is not in canonical form');
  return decoded;
}

/** A leaf of nothing but files whose first path is plain ASCII; what matches is in canonical form. */
const plainLeaf =
  /^\{"entries":([1-9][0-9]{0,14}),"first":"([ !#-[\]-~]*)","leaf":"((?:blake3|sha256):[0-9a-f]{64})","size":(0|[1-9][0-9]{0,14})\}$/;

function decodeLeafRef(line: string): LeafRef {
  const plain = plainLeaf.exec(line);
  if (plain !== null) {
    const [, entries, first, digest, size] = plain as unknown as [
      string,
      string,
      string,
      ContentDigest,
      string,
    ];
    return { digest, first, entryCount: Number(entries), size: Number(size) };
  }
  const { leaf: digest, first, entries: entryCount, size, extras, references } = parseLine(line);
  if (!isDigest(digest) || typeof first !== 'string') throw damaged('a line of its index names no leaf');
  if (!isCount(entryCount) || entryCount === 0 || !isCount(size))
    throw damaged('a leaf has no count or size');
  if (extras !== undefined && !isDigest(extras)) throw damaged('the extras of a leaf have no digest');
  const ref = {
    digest,
    first,
    entryCount,
    size,
    ...(extras === undefined ? {} : { extras }),
    ...(references === undefined ? {} : { references: decodeReferences(references, entryCount, size) }),
  };
  if (leafLine(ref, ref) !== `${line}\n`) throw damaged('a line of its index is not in canonical form');
  return ref;
}

function decodeReferences(value: unknown, ofEntries: number, ofSize: number): Totals['references'] {
  const { entries, size } = (value ?? {}) as Partial<Totals['references']>;
  if (isCount(entries) && isCount(size) && entries > 0 && entries <= ofEntries && size <= ofSize) {
    return { entries, size };
  }
  throw damaged('a leaf has no count of its references that can be');
}

function isDigest(value: unknown): value is ContentDigest {
  return typeof value === 'string' && isContentDigest(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
