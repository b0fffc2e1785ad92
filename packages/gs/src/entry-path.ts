/**
 * The path an object has in an artifact: its name under the prefix, with the parts percent-encoded that no path may have.
 * These are empty, `.` and `..` segments (of an empty one, the slash before it), control characters, backslashes, and the
 * colon of what would be a drive letter. A name without them is its own path.
 */
export function entryPathOf(relativeName: string): string {
  const path = relativeName
    // A slash that begins or ends the name, or follows another, has an empty segment beside it.
    .replace(/^\/+|(?<=\/)\/+|\/$/g, (slashes) => '%2F'.repeat(slashes.length))
    .replace(/(?<=^|\/)\.\.?(?=\/|$)/g, (dots) => '%2E'.repeat(dots.length))
    .replace(/[\\\p{Cc}]/gu, encodeURIComponent)
    .replace(/^([A-Za-z]):/, '$1%3A');
  return path === '' ? '%2F' : path;
}

/** What an object is called by itself: the last part of its name in the bucket. */
export function nameOf(bucket: string, object: string): string {
  const name = object.replace(/\/+$/, '').split('/').at(-1);
  return entryPathOf(name || bucket);
}
