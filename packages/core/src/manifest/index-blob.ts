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
}

/** The blob that a manifest is opened by: who stored it, and its leaves. */
export interface ManifestIndex {
  readonly policy: PolicyRef;
  readonly leaves: readonly LeafRef[];
}

const format = 1;

/** @throws CairnError `metadata_invalid` when the policy's config is not JSON. */
export function encodeIndex({ policy, leaves }: ManifestIndex): string {
  const lines = leaves.map((leaf) => leafLine(leaf, leaf.extras));
  return `${headerLine({ name: policy.name, config: checkMetadata(policy.config) })}${lines.join('')}`;
}

function headerLine({ name, config }: PolicyRef): string {
  return `${canonicalJson({ cairn: 'manifest', format, policy: { config, name } })}\n`;
}

/** The artifact's digest: it covers the leaves, and neither the policy nor the extras. */
export function digestIndex(leaves: readonly LeafRef[], hasher: Hasher): ContentDigest {
  return hasher.hash(new TextEncoder().encode(leaves.map((leaf) => leafLine(leaf)).join('')));
}

function leafLine({ digest, first, entryCount, size }: LeafRef, extras?: ContentDigest): string {
  const recorded = extras === undefined ? '' : `,"extras":"${extras}"`;
  return `{"entries":${entryCount}${recorded},"first":${JSON.stringify(first)},"leaf":"${digest}","size":${size}}\n`;
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

function decodeLeafRef(line: string): LeafRef {
  const { leaf: digest, first, entries: entryCount, size, extras } = parseLine(line);
  if (!isDigest(digest) || typeof first !== 'string') throw damaged('a line of its index names no leaf');
  if (!isCount(entryCount) || entryCount === 0 || !isCount(size))
    throw damaged('a leaf has no count or size');
  if (extras !== undefined && !isDigest(extras)) throw damaged('the extras of a leaf have no digest');
  const ref = { digest, first, entryCount, size, ...(extras === undefined ? {} : { extras }) };
  if (leafLine(ref, extras) !== `${line}\n`) throw damaged('a line of its index is not in canonical form');
  return ref;
}

function isDigest(value: unknown): value is ContentDigest {
  return typeof value === 'string' && isContentDigest(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
