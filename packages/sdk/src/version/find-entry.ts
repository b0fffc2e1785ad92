import { CairnError, type Entry, type Manifest, quote } from '@cairn/core';
import { nearest, oneOf } from './nearest.js';

/** How many entries are looked at for paths that may have been meant. */
const lookedAt = 10_000;

/** The entry at a path. @throws CairnError `not_found`, with what may have been meant. */
export async function findEntry(
  manifest: Manifest,
  path: string,
  address: string,
  signal: AbortSignal | undefined,
): Promise<Entry> {
  const entry = await manifest.get(path, { signal });
  if (entry !== undefined) return entry;
  throw await noEntry(manifest, path, address, signal);
}

export async function noEntry(
  manifest: Manifest,
  path: string,
  address: string,
  signal: AbortSignal | undefined,
): Promise<CairnError> {
  const folder = `${path.replace(/\/$/, '')}/`;
  for await (const _ of manifest.entries({ prefix: folder, signal })) {
    return new CairnError('not_found', `${quote(path)} is a folder of ${address}, not an entry`, {
      hint: `Use entries({ prefix: ${quote(folder)} }), or download({ path: ${quote(path)} }).`,
    });
  }
  const paths: string[] = [];
  for await (const entry of manifest.entries({ signal })) if (paths.push(entry.path) === lookedAt) break;
  const likely = nearest(path, paths);
  return new CairnError('not_found', `${address} has no entry ${quote(path)}`, {
    hint:
      likely.length > 0
        ? `Did you mean ${oneOf(likely)}?`
        : 'List them: for await (const entry of version.entries()).',
  });
}
