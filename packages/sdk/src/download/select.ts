import { type AnyIterable, CairnError, type Entry, type Manifest, quote } from '@cairn/core';
import { selectionTests } from '@cairn/file';
import { noEntry } from '../version/find-entry.js';
import type { DownloadOptions } from './options.js';

/** The entries that are asked for. They are read, not held: each call reads them again. */
export interface Selection {
  /** The folder that they fill; `undefined` if it is one entry. */
  readonly folder: string | undefined;
  batches(): AnyIterable<readonly Entry[]>;
}

/** The same selection, whose entries are held from the time they were read if there are few enough. */
export function held({ folder, batches }: Selection): Selection {
  let all: (readonly Entry[])[] | undefined;
  async function* readAndHold(): AsyncGenerator<readonly Entry[], void, undefined> {
    const read: (readonly Entry[])[] = [];
    let count = 0;
    for await (const batch of batches()) {
      count += batch.length;
      if (count <= mostHeld) read.push(batch);
      else read.length = 0;
      yield batch;
    }
    if (count <= mostHeld) all = read;
  }
  return { folder, batches: () => all ?? readAndHold() };
}

/** So many entries take some 40 MB. */
const mostHeld = 2 ** 17;

/** @throws CairnError `not_found`, with what may have been meant. */
export async function select(
  manifest: Manifest,
  { path, include, signal }: Pick<DownloadOptions, 'path' | 'include' | 'signal'>,
  address: string,
): Promise<Selection> {
  const selection = await selectPath(manifest, path, address, signal);
  if (include === undefined) return selection;
  const { isIncluded } = await selectionTests({ include });
  const batches = () => filter(selection.batches(), isIncluded);
  for await (const _ of batches()) return { ...selection, batches };
  throw new CairnError('not_found', `no entry of ${address} matches ${include.map(quote).join(', ')}`, {
    hint: 'A glob is compared with the whole path; * stays in one folder, ** enters those below.',
  });
}

async function selectPath(
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

async function* filter(
  batches: AnyIterable<readonly Entry[]>,
  isIncluded: (path: string) => boolean,
): AsyncGenerator<readonly Entry[], void, undefined> {
  for await (const batch of batches) {
    const chosen = batch.filter(({ path }) => isIncluded(path));
    if (chosen.length > 0) yield chosen;
  }
}
