import { type Digest, isContentDigest, parseDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { CairnError } from '../errors.js';
import { checkPath, compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import { checkUri } from '../uri.js';

/** One entry in 1,024 ends a leaf, chosen by its path alone, so that an edit moves no boundary. */
const boundaryMask = 1023;
/** A leaf also ends once it has this many bytes, whatever the paths are. */
export const maxLeafBytes: number = 1024 * 1024;

/**
 * Whether an entry with this path is the last of its leaf: the FNV-1a hash of the path's UTF-8 bytes, mixed as in
 * MurmurHash3's 32-bit finaliser, has its ten lowest bits zero.
 */
export function endsLeaf(path: string): boolean {
  let hash = 0x811c9dc5;
  const byte = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193);
  };
  for (let i = 0; i < path.length; i++) {
    const code = path.codePointAt(i) as number;
    if (code < 0x80) byte(code);
    else {
      if (code < 0x800) byte(0xc0 | (code >> 6));
      else {
        if (code < 0x10000) byte(0xe0 | (code >> 12));
        else {
          byte(0xf0 | (code >> 18));
          byte(0x80 | ((code >> 12) & 63));
          i++;
        }
        byte(0x80 | ((code >> 6) & 63));
      }
      byte(0x80 | (code & 63));
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & boundaryMask) === 0;
}

/** An entry as its line of a leaf: canonical JSON (RFC 8785) of what the artifact's digest covers, and a line feed. */
export function encodeEntry(entry: Entry): string {
  const size = entry.size === undefined ? '' : `,"size":${entry.size}`;
  const uri = entry.kind === 'file' ? '' : `,"uri":${JSON.stringify(entry.uri)}`;
  return `{"digest":${JSON.stringify(entry.digest)},"path":${JSON.stringify(entry.path)}${size}${uri}}\n`;
}

/** What a reference's handler recorded beside the leaf: a line of the leaf's extras. */
export function encodeExtra(entry: Entry): string {
  if (entry.kind === 'file' || entry.extra === undefined) return '';
  const members = Object.keys(entry.extra)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(entry.extra?.[key])}`);
  return `{"extra":{${members.join(',')}},"path":${JSON.stringify(entry.path)}}\n`;
}

/** Checks an entry as it comes in from outside, such as from a leaf. @throws CairnError */
export function checkEntry(entry: Entry): Entry {
  checkPath(entry.path);
  if (entry.kind === 'file') {
    if (!isContentDigest(entry.digest)) throw damaged(`${quote(entry.path)} has no content digest`);
    checkSize(entry.path, entry.size);
  } else {
    parseDigest(entry.digest);
    checkUri(entry.uri);
    if (entry.size !== undefined) checkSize(entry.path, entry.size);
  }
  return entry;
}

function checkSize(path: string, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(`${quote(path)} has no size that is one`);
}

/**
 * Reads the lines of a leaf, and of its extras if it has any. Strict: only what {@link encodeEntry} would have written,
 * in ascending order.
 *
 * @throws CairnError `manifest_invalid`, `path_invalid`.
 */
export function decodeLeaf(bytes: Uint8Array, extras?: Uint8Array): Entry[] {
  const extraOf = new Map<string, Record<string, string>>();
  if (extras !== undefined) {
    for (const line of lines(extras)) {
      const { path, extra } = parseLine(line) as { path: string; extra: Record<string, string> };
      if (typeof extra !== 'object' || extra === null) throw damaged('a line of extras has none');
      extraOf.set(path, extra);
    }
  }
  let previous: string | undefined;
  const entries: Entry[] = [];
  for (const line of lines(bytes)) {
    const entry = toEntry(parseLine(line), extraOf);
    if (encodeEntry(checkEntry(entry)) !== `${line}\n`)
      throw damaged(`${quote(entry.path)} is not in canonical form`);
    if (previous !== undefined && compareUtf8(previous, entry.path) >= 0) {
      throw damaged(`${quote(entry.path)} is out of order`);
    }
    previous = entry.path;
    entries.push(entry);
  }
  return entries;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The lines of canonical JSON-lines text, without their line feeds. */
export function lines(bytes: Uint8Array): string[] {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw damaged('it is not UTF-8', cause);
  }
  if (text === '') return [];
  if (!text.endsWith('\n')) throw damaged('its last line is cut');
  return text.slice(0, -1).split('\n');
}

/** One line as a JSON object. */
export function parseLine(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw damaged(`${quote(line)} is not JSON`, cause);
  }
  throw damaged(`${quote(line)} is not an object`);
}

function toEntry(line: Record<string, unknown>, extraOf: ReadonlyMap<string, Record<string, string>>): Entry {
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

export function damaged(problem: string, cause?: unknown): CairnError {
  return new CairnError('manifest_invalid', `the manifest can't be read: ${problem}`, {
    hint: 'It is damaged, or something else wrote it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
