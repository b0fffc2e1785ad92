import { type Digest, isContentDigest, parseDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { canonicalJson } from '../json.js';
import { checkPath } from '../path.js';
import { quote } from '../printable.js';
import { checkUri } from '../uri.js';
import { checkLastLine, damaged, lineFeed, parseLine, splitLines } from './json-lines.js';
import { createPathOrder } from './path-order.js';

type Extra = Readonly<Record<string, string>>;

/** A leaf that was read, for comparing it line by line: its entries are decoded one by one, as they are needed. */
export interface Leaf {
  /** One line per entry, in the order of their paths. Equal lines are equal entries, and the other way round. */
  readonly bytes: Uint8Array;
  /** The entry whose line begins at an offset. @throws CairnError `manifest_invalid`, `path_invalid`, `uri_invalid`. */
  entryAt(offset: number): Entry;
}

/** An entry as its line of a leaf: canonical JSON (RFC 8785) of what the artifact's digest covers, and a line feed. */
export function encodeEntry(entry: Entry): string {
  const size = entry.size === undefined ? '' : `,"size":${entry.size}`;
  const uri = entry.kind === 'file' ? '' : `,"uri":${JSON.stringify(entry.uri)}`;
  return `{"digest":${JSON.stringify(entry.digest)},"path":${JSON.stringify(entry.path)}${size}${uri}}\n`;
}

/** What a reference's handler recorded beside the leaf: a line of the leaf's extras, or nothing. */
export function encodeExtra(path: string, extra: Extra | undefined): string {
  return extra === undefined ? '' : `${canonicalJson({ extra, path })}\n`;
}

/**
 * Checks an entry as it comes in from outside, such as from a leaf.
 *
 * @throws CairnError `manifest_invalid`, `path_invalid`, `uri_invalid`.
 */
export function checkEntry(entry: Entry): Entry {
  checkPath(entry.path);
  if (entry.kind === 'file') {
    if (!isContentDigest(entry.digest)) throw damaged(`${quote(entry.path)} has no content digest`);
    checkSize(entry.path, entry.size);
  } else {
    parseDigest(entry.digest);
    checkUri(entry.uri);
    if (entry.size !== undefined) checkSize(entry.path, entry.size);
    if (entry.extra !== undefined) checkExtra(entry.path, entry.extra);
  }
  return entry;
}

function checkSize(path: string, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(`${quote(path)} has no size that is one`);
}

function checkExtra(path: string, extra: unknown): void {
  const isRecord = typeof extra === 'object' && extra !== null && !Array.isArray(extra);
  if (isRecord && Object.values(extra).every((value) => typeof value === 'string')) return;
  throw damaged(`what is recorded beside ${quote(path)} are not texts`);
}

/** Takes the bytes of a leaf, and of its extras if it has any. @throws CairnError `manifest_invalid`. */
export function openLeaf(bytes: Uint8Array, extras?: Uint8Array): Leaf {
  checkLastLine(bytes);
  let extraOf: ReadonlyMap<string, Extra> | undefined;
  return {
    bytes,
    entryAt(offset) {
      extraOf ??= decodeExtras(extras);
      const [line = ''] = splitLines(bytes.subarray(offset, bytes.indexOf(lineFeed, offset) + 1));
      return decodeEntry(line, extraOf);
    },
  };
}

/**
 * All entries of a leaf. Strict: only what {@link encodeEntry} would have written, in ascending order.
 *
 * @throws CairnError `manifest_invalid`, `path_invalid`, `path_conflict`, `uri_invalid`.
 */
export function decodeLeaf(bytes: Uint8Array, extras?: Uint8Array): Entry[] {
  const extraOf = decodeExtras(extras);
  const checkOrder = createPathOrder();
  return splitLines(bytes).map((line) => {
    const entry = decodeEntry(line, extraOf);
    checkOrder(entry.path);
    return entry;
  });
}

function decodeEntry(line: string, extraOf: ReadonlyMap<string, Extra>): Entry {
  const entry = checkEntry(toEntry(parseLine(line), extraOf));
  if (encodeEntry(entry) !== `${line}\n`) throw damaged(`${quote(entry.path)} is not in canonical form`);
  return entry;
}

function toEntry(line: Record<string, unknown>, extraOf: ReadonlyMap<string, Extra>): Entry {
  const { path, digest, size, uri } = line as { path: string; digest: Digest; size?: number; uri?: string };
  if (typeof path !== 'string' || typeof digest !== 'string')
    throw damaged('an entry lacks its path or digest');
  if (uri === undefined) return { kind: 'file', path, digest, size } as Entry;
  const extra = extraOf.get(path);
  return {
    kind: 'reference',
    path,
    uri,
    digest,
    ...(size === undefined ? {} : { size }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function decodeExtras(bytes: Uint8Array | undefined): ReadonlyMap<string, Extra> {
  const extraOf = new Map<string, Extra>();
  for (const line of bytes === undefined ? [] : splitLines(bytes)) {
    const { path, extra } = parseLine(line) as { path: string; extra: Extra }; // checkEntry makes sure of extra
    if (typeof path !== 'string') throw damaged('a line of extras lacks its path');
    if (encodeExtra(path, extra) !== `${line}\n`) {
      throw damaged(`what is recorded beside ${quote(path)} is not in canonical form`);
    }
    extraOf.set(path, extra);
  }
  return extraOf;
}
