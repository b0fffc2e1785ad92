import { join, resolve, sep } from 'node:path';

/** The absolute path of the folder of a version: the one given, else the same on every system. */
export function rootOf(
  { name, version }: { name: string; version: string },
  given: string | undefined,
): string {
  return resolve(given ?? join('artifacts', `${name}-${version}`));
}

/** Where an entry's file is. */
export function fileOf(root: string, path: string): string {
  const local = sep === '/' ? path : path.replaceAll('/', sep);
  return root.endsWith(sep) ? root + local : root + sep + local;
}
