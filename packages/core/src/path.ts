import { CairnError } from './errors.js';
import { quote } from './printable.js';

/** The longest entry path, and the longest of its segments, in bytes of UTF-8. */
export const maxPathBytes = 1024;
export const maxSegmentBytes = 255;

/**
 * Checks that a text can be the path of an entry: relative, `/`-separated, without empty, `.` and `..` segments,
 * backslashes, drive letters and control characters, well-formed, and no longer than {@link maxPathBytes} and
 * {@link maxSegmentBytes} a segment. Returns it unchanged.
 *
 * The rule is the same on every system and holds wherever a path comes in: at add, at parse and at download.
 *
 * @throws CairnError `path_invalid`.
 */
export function checkPath(path: string): string {
  if (isPlain(path)) return path;
  const problem = pathProblem(path);
  if (problem === undefined) return path;
  throw new CairnError('path_invalid', `${quote(String(path))} can't be a path in an artifact: ${problem}`, {
    hint: 'Paths are relative and /-separated, such as images/cat.png; pass { name } to choose another one.',
  });
}

const dot = 0x2e;
const slash = 0x2f;
const colon = 0x3a;
const backslash = 0x5c;

/** Whether nothing in a path needs a closer look. One pass, for it is asked for every entry, several times. */
function isPlain(path: unknown): boolean {
  if (typeof path !== 'string' || path.length > maxPathBytes || path.charCodeAt(1) === colon) return false;
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    const unit = i === path.length ? slash : path.charCodeAt(i);
    if (unit === slash) {
      const length = i - start;
      if (length === 0 || length > maxSegmentBytes) return false;
      if (length <= 2 && path.charCodeAt(start) === dot) return false;
      start = i + 1;
    } else if (unit < 0x20 || unit > 0x7e || unit === backslash) return false;
  }
  return true;
}

/** Printable ASCII without a backslash. */
const plain = /^[ -[\]-~]*$/;

function pathProblem(path: string): string | undefined {
  if (typeof path !== 'string') return 'it is not a text';
  if (path === '') return 'it is empty';
  if (!plain.test(path)) {
    if (path.includes('\\')) return 'it has a backslash';
    if (/\p{Cc}/u.test(path)) return 'it has a control character';
    if (/\p{Cs}/u.test(path)) return 'it has an unpaired surrogate';
  }
  if (path.startsWith('/')) return 'it starts with /';
  if (/^[A-Za-z]:/.test(path)) return 'it starts with a drive letter';
  if (utf8Length(path) > maxPathBytes) return `it has more than ${maxPathBytes} bytes`;
  for (const segment of path.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has a ${segment} segment`;
    if (segment.length > maxSegmentBytes || utf8Length(segment) > maxSegmentBytes) {
      return `it has a segment of more than ${maxSegmentBytes} bytes`;
    }
  }
  return undefined;
}

/** The length of a well-formed text in bytes of UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate is half of a four-byte character; two units are counted as two bytes each.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}

const beyondSurrogates = /[\ud800-\uffff]/;

/**
 * Orders texts by their UTF-8 bytes. It differs from the order of `<`, which is that of UTF-16 units, only where a
 * surrogate meets a unit from U+E000 up.
 */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  if (!beyondSurrogates.test(a) || !beyondSurrogates.test(b)) return a < b ? -1 : 1;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit <= 0xdfff ? unit + 0x2000 : unit - 0x800;
}

/** Sorts by the UTF-8 bytes of a key, in place, by the fast native order where that is the same. */
export function sortByUtf8<T>(items: T[], key: (item: T) => string): T[] {
  return items.some((item) => beyondSurrogates.test(key(item)))
    ? items.sort((a, b) => compareUtf8(key(a), key(b)))
    : items.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
