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

/** How many objects are asked about at once, and how many references are held for it. */
const concurrency = 8;
const referencesAtOnce = 1000;

const nothingRecorded = 'nothing to compare it with was recorded';

/** Looks at every object that a version refers to, without reading it where its source can tell. */
export async function checkReferences(
  { manifest, policy }: Contents,
  signal: AbortSignal | undefined,
): Promise<ReferencesReport> {
  const report = {
    ok: [] as string[],
    changed: [] as string[],
    missing: [] as string[],
    unverified: [] as { path: string; reason: string }[],
  };
  async function check(references: readonly ReferenceEntry[]): Promise<void> {
    const states = new Map<ReferenceEntry, 'match' | 'changed' | 'missing' | { reason: string }>();
    await eachOf(references, concurrency, signal, async (entry, signal) => {
      try {
        const state = await policy.checkReference(entry, { signal });
        states.set(entry, state === 'unverifiable' ? { reason: nothingRecorded } : state);
      } catch (error) {
        if (!CairnError.is(error)) throw error;
        states.set(entry, { reason: error.message });
      }
    });
    for (const entry of references) {
      const { path } = entry;
      const state = states.get(entry);
      if (typeof state === 'object') report.unverified.push({ path, reason: state.reason });
      else if (state !== undefined) report[state === 'match' ? 'ok' : state].push(path);
    }
  }
  let waiting: ReferenceEntry[] = [];
  for await (const batch of manifest.batches({ signal })) {
    for (const entry of batch) if (entry.kind === 'reference') waiting.push(entry);
    if (waiting.length < referencesAtOnce) continue;
    await check(waiting);
    waiting = [];
  }
  await check(waiting);
  return report;
}
