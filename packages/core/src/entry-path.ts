/**
 * The path in an artifact of an object whose key a source chose: the key, with the parts percent-encoded that no path may
 * have. These are empty, `.` and `..` segments (of an empty one, the slash before it), control characters, backslashes,
 * and the colon of what would be a drive letter. A key without them is its own path. Two keys can meet in one path.
 */
export function entryPathOf(key: string): string {
  const path = key
    // A slash that begins or ends the key, or follows another, has an empty segment beside it.
    .replace(/^\/+|(?<=\/)\/+|\/$/g, (slashes) => '%2F'.repeat(slashes.length))
    .replace(/(?<=^|\/)\.\.?(?=\/|$)/g, (dots) => '%2E'.repeat(dots.length))
    .replace(/[\\\p{Cc}]/gu, encodeURIComponent)
    .replace(/^([A-Za-z]):/, '$1%3A');
  return path === '' ? '%2F' : path;
}

/** What an object is called by itself: the last part of its key, or its bucket's name where that is empty. */
export function entryNameOf(bucket: string, key: string): string {
  const name = key.replace(/\/+$/, '').split('/').at(-1);
  return entryPathOf(name || bucket);
}
