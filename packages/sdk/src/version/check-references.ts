import { CairnError, type ReferenceEntry } from '@cairn/core';
import { eachOf } from '../util/each-of.js';
import type { Contents } from './contents.js';

/** What became of the objects that a version refers to. All lists are of paths, in their order. */
export interface ReferencesReport {
  readonly ok: readonly string[];
  /** Something else is there now. */
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Nothing to compare with was recorded, or whoever has the object can't or won't tell; with the reason. */
  readonly unverified: readonly { readonly path: string; readonly reason: string }[];
}

/** How many objects are asked about at once. */
const concurrency = 8;

const nothingRecorded = 'nothing to compare it with was recorded';

/** Looks at every object that a version refers to, without reading it where its source can tell. */
export async function checkReferences(
  { manifest, policy }: Contents,
  signal: AbortSignal | undefined,
): Promise<ReferencesReport> {
  const references: ReferenceEntry[] = [];
  for await (const entry of manifest.entries({ signal })) {
    if (entry.kind === 'reference') references.push(entry);
  }
  const states = new Map<string, 'match' | 'changed' | 'missing'>();
  const reasons = new Map<string, string>();
  await eachOf(references, concurrency, signal, async (entry, signal) => {
    try {
      const state = await policy.checkReference(entry, { signal });
      if (state === 'unverifiable') reasons.set(entry.path, nothingRecorded);
      else states.set(entry.path, state);
    } catch (error) {
      if (!CairnError.is(error)) throw error;
      reasons.set(entry.path, error.message);
    }
  });
  const paths = references.map(({ path }) => path);
  const those = (state: 'match' | 'changed' | 'missing') =>
    paths.filter((path) => states.get(path) === state);
  return {
    ok: those('match'),
    changed: those('changed'),
    missing: those('missing'),
    unverified: paths.flatMap((path) => {
      const reason = reasons.get(path);
      return reason === undefined ? [] : [{ path, reason }];
    }),
  };
}
