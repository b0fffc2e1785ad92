import type { ContentDigest } from '../digest.js';
import { isContentDigest } from '../digest.js';
import { CairnError } from '../errors.js';
import type { Hasher } from '../hash/hasher.js';
import { canonicalJson, type JsonObject } from '../json.js';
import { compareUtf8 } from '../path.js';
import { damaged, lines, parseLine } from './leaf.js';

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

export function encodeIndex({ policy, leaves }: ManifestIndex): string {
  const header = canonicalJson({
    cairn: 'manifest',
    format,
    policy: { name: policy.name, config: policy.config },
  });
  return `${header}\n${leaves.map((leaf) => leafLine(leaf, leaf.extras)).join('')}`;
}

/** The artifact's digest: it covers the leaves, and neither the policy nor the extras. */
export function digestIndex(leaves: readonly LeafRef[], hasher: Hasher): ContentDigest {
  return hasher.hash(new TextEncoder().encode(leaves.map((leaf) => leafLine(leaf)).join('')));
}

function leafLine({ digest, first, entryCount, size }: LeafRef, extras?: ContentDigest): string {
  const recorded = extras === undefined ? '' : `,"extras":"${extras}"`;
  return `{"entries":${entryCount}${recorded},"first":${JSON.stringify(first)},"leaf":"${digest}","size":${size}}\n`;
}

/** @throws CairnError `manifest_invalid`; `unsupported_format` when a newer version wrote it. */
export function decodeIndex(bytes: Uint8Array): ManifestIndex {
  const [header, ...rest] = lines(bytes);
  if (header === undefined) throw damaged('its index is empty');
  const {
    cairn,
    format: found,
    policy,
  } = parseLine(header) as Record<string, unknown> & { policy?: PolicyRef };
  if (cairn !== 'manifest') throw damaged('it is something else');
  if (found !== format) {
    throw new CairnError(
      'unsupported_format',
      `the manifest has format ${String(found)}; this version reads ${format}`,
      {
        hint: 'Update Cairn.',
      },
    );
  }
  if (typeof policy?.name !== 'string' || typeof policy.config !== 'object' || policy.config === null) {
    throw damaged('it names no storage policy');
  }
  const leaves = rest.map((line) => decodeLeafRef(parseLine(line)));
  for (let i = 1; i < leaves.length; i++) {
    if (compareUtf8((leaves[i - 1] as LeafRef).first, (leaves[i] as LeafRef).first) >= 0) {
      throw damaged('its leaves are out of order');
    }
  }
  return { policy: { name: policy.name, config: policy.config }, leaves };
}

function decodeLeafRef(line: Record<string, unknown>): LeafRef {
  const { leaf: digest, first, entries: entryCount, size, extras } = line;
  if (typeof digest !== 'string' || !isContentDigest(digest) || typeof first !== 'string') {
    throw damaged('a line of its index names no leaf');
  }
  if (!isCount(entryCount) || entryCount === 0 || !isCount(size))
    throw damaged('a leaf has no count or size');
  if (extras === undefined) return { digest, first, entryCount, size };
  if (typeof extras !== 'string' || !isContentDigest(extras))
    throw damaged('the extras of a leaf have no digest');
  return { digest, first, entryCount, size, extras };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
