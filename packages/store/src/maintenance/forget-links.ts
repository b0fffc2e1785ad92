import { setTimeout as pause } from 'node:timers/promises';
import type { CallOptions } from '@cairn/core';
import { readEpoch } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { one, run, type Step } from '../sql/step.js';
import { lastDigest } from './object-rows.js';

/** How many links are looked at in one transaction. */
const sliceCount = 16_384;

/**
 * Forgets that projects have what the store has no more, and all of projects that are no more. Whoever links waits for a
 * slice to be done, so that nothing is taken for gone that was just stored again.
 */
export async function forgetLinks(database: Database, options: CallOptions): Promise<void> {
  let place: Place | undefined = { project: -1, digest: new Uint8Array() };
  while (place !== undefined) {
    options.signal?.throwIfAborted();
    const from: Place = place;
    const start = performance.now();
    place = await database.write(() => forgetSlice(from), options);
    // Others want to write too.
    await pause(performance.now() - start);
  }
  await database.write(forgetMarks, options);
}

/** The last link that was looked at. */
interface Place {
  readonly project: number;
  readonly digest: Uint8Array;
}

function* forgetSlice({ project, digest }: Place): Step<Place | undefined> {
  yield* one("SELECT value FROM engine_state WHERE name = 'epoch' FOR UPDATE");
  const next = yield* one(
    `SELECT project_id FROM links WHERE (project_id, digest) > (?, ?) ORDER BY project_id, digest LIMIT 1`,
    [project, digest],
  );
  if (next === undefined) return undefined;
  const id = Number(next.project_id);
  const after = id === project ? digest : new Uint8Array();
  const last = yield* one(
    `SELECT digest FROM links WHERE project_id = ? AND digest > ? ORDER BY digest LIMIT 1 OFFSET ${sliceCount}`,
    [id, after],
  );
  const end = last === undefined ? lastDigest : (last.digest as Uint8Array);
  const gone = (yield* isProject(id))
    ? 'NOT EXISTS (SELECT 1 FROM objects o WHERE o.digest = links.digest)'
    : 'TRUE';
  yield* run(`DELETE FROM links WHERE project_id = ? AND digest > ? AND digest <= ? AND ${gone}`, [
    id,
    after,
    end,
  ]);
  return { project: id, digest: end };
}

function* isProject(id: number): Step<boolean> {
  return (yield* one('SELECT 1 AS found FROM projects WHERE id = ?', [id])) !== undefined;
}

/** Those of other epochs say nothing. */
function* forgetMarks(): Step<void> {
  yield* run('DELETE FROM checked_manifests WHERE epoch <> ?', [yield* readEpoch()]);
}
