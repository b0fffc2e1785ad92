import { type ContentDigest, type Digest, isContentDigest, parseDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { canonicalJson } from '../json.js';
import { checkPath, compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import { checkUri } from '../uri.js';
import { checkLastLine, damaged, lineFeed, parseLine, splitLines } from './json-lines.js';

type Extra = Readonly<Record<string, string>>;

/** A leaf that was read: its entries are decoded as they are needed. */
export interface Leaf {
  /** One line per entry, in the order of their paths. Equal lines are equal entries, and the other way round. */
  readonly bytes: Uint8Array;
  /** The entry whose line begins at an offset. @throws CairnError `manifest_invalid`, `path_invalid`, `uri_invalid`. */
  entryAt(offset: number): Entry;
  /** The offset of the first entry whose path is not before this one; the end of the bytes if there is none. */
  find(path: string): number;
  /** The entries from an offset on, a few at a time: who stops early has decoded few in vain. */
  entriesFrom(offset: number): Generator<Entry[], void, undefined>;
}

/** How much of a leaf is decoded at once, in bytes. */
const pieceBytes = 16 * 1024;

/**
 * A space and a file as most are. What matches is in canonical form, and right but for its path. The space is for memory:
 * parts of a text keep the whole of it, and this makes it a text of one line and not of all that was decoded together.
 */
const plainFile =
  /^ \{"digest":"((?:blake3|sha256):[0-9a-f]{64})","path":"([ !#-[\]-~]+)","size":(0|[1-9][0-9]{0,14})\}$/;

/** An entry as its line of a leaf: canonical JSON (RFC 8785) of what the artifact's digest covers, and a line feed. */
export function encodeEntry(entry: Entry): string {
  const { kind, digest, path, size } = entry;
  if (kind === 'file') return `{"digest":"${digest}","path":${jsonText(path)},"size":${size}}\n`;
  const known = size === undefined ? '' : `,"size":${size}`;
  const uri = JSON.stringify(entry.uri);
  return `{"digest":${JSON.stringify(digest)},"path":${jsonText(path)}${known},"uri":${uri}}\n`;
}

/** What needs no escape, as nearly all paths. */
const verbatim = /^[ !#-[\]-~]*$/;

function jsonText(text: string): string {
  return verbatim.test(text) ? `"${text}"` : JSON.stringify(text);
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
  function decode(from: number, to: number): Entry[] {
    extraOf ??= decodeExtras(extras);
    const lines = splitLines(bytes.subarray(from, to));
    const entries: Entry[] = [];
    for (const line of lines) entries.push(decodeEntry(line, extraOf));
    return entries;
  }
  function entryAt(offset: number): Entry {
    const [entry] = decode(offset, lineEnd(bytes, offset));
    if (entry === undefined) throw damaged('a line of it is empty');
    return entry;
  }
  return {
    bytes,
    entryAt,
    find(path) {
      let low = 0;
      let high = bytes.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const start = middle === 0 ? 0 : bytes.lastIndexOf(lineFeed, middle - 1) + 1;
        if (compareUtf8(entryAt(start).path, path) < 0) low = lineEnd(bytes, start);
        else high = start;
      }
      return low;
    },
    *entriesFrom(offset) {
      while (offset < bytes.length) {
        const end = lineEnd(bytes, Math.min(offset + pieceBytes, bytes.length - 1));
        yield decode(offset, end);
        offset = end;
      }
    },
  };
}

/** Where the next line begins. */
function lineEnd(bytes: Uint8Array, offset: number): number {
  return bytes.indexOf(lineFeed, offset) + 1;
}

function decodeEntry(line: string, extraOf: ReadonlyMap<string, Extra>): Entry {
  const plain = plainFile.exec(` ${line}`);
  if (plain !== null) {
    const [, digest, path, size] = plain as unknown as [string, ContentDigest, string, string];
    return { kind: 'file', path: checkPath(path), digest, size: Number(size) };
  }
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
