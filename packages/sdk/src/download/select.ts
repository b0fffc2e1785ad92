import type { AnyIterable, Entry, Manifest } from '@cairn/core';
import { noEntry } from '../version/find-entry.js';

/** The entries that are asked for. They are read, not held: each call reads them again. */
export interface Selection {
  /** The folder that they fill; `undefined` if it is one entry. */
  readonly folder: string | undefined;
  batches(): AnyIterable<readonly Entry[]>;
}

/** @throws CairnError `not_found`, with what may have been meant. */
export async function select(
  manifest: Manifest,
  path: string | undefined,
  address: string,
  signal: AbortSignal | undefined,
): Promise<Selection> {
  const folder = path?.replace(/\/$/, '') ?? '';
  const prefix = folder === '' ? '' : `${folder}/`;
  const batches = () => manifest.batches({ prefix, signal });
  if (path === undefined) return { folder, batches };
  for await (const _ of batches()) return { folder, batches };
  const entry = await manifest.get(path, { signal });
  if (entry !== undefined) return { folder: undefined, batches: () => [[entry]] };
  throw await noEntry(manifest, path, address, signal);
}
