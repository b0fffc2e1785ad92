import { setTimeout as pause } from 'node:timers/promises';
import type { CallOptions, ProjectRef } from '@cairn/core';
import { batches } from '../packs/batches.js';
import { hasRows, readEpoch } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { all, one, run, type Step, storedForm } from '../sql/step.js';
import type { DigestForm } from '../sql/stored-form.js';
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
  const ref = yield* findProject(id);
  const form = ref && (yield* storedForm()).ofProject(ref);
  if (form === undefined || form.isPlain) {
    const gone = form ? 'NOT EXISTS (SELECT 1 FROM objects o WHERE o.digest = links.digest)' : 'TRUE';
    yield* run(`DELETE FROM links WHERE ${inSlice} AND ${gone}`, [id, after, end]);
  } else {
    yield* forgetSealed(form, id, [after, end]);
  }
  return { project: id, digest: end };
}

const inSlice = 'project_id = ? AND digest > ? AND digest <= ?';

/** The same where the keys of links are not those of objects. */
function* forgetSealed(
  form: DigestForm,
  id: number,
  [after, end]: readonly [Uint8Array, Uint8Array],
): Step<void> {
  const links = yield* all(`SELECT digest FROM links WHERE ${inSlice}`, [id, after, end]);
  const keys = links.map(({ digest }) => digest as Uint8Array);
  const there = yield* hasRows(form.fromStored(keys));
  for (const gone of batches(keys.filter((_, i) => there[i] === 0))) {
    yield* run(`DELETE FROM links WHERE project_id = ? AND digest IN ${tuples(1, gone.length)}`, [
      id,
      ...gone,
    ]);
  }
}

function* findProject(id: number): Step<ProjectRef | undefined> {
  const row = yield* one('SELECT entity, project FROM projects WHERE id = ?', [id]);
  return row && { entity: String(row.entity), project: String(row.project) };
}

/** Those of other epochs say nothing. */
function* forgetMarks(): Step<void> {
  yield* run('DELETE FROM checked_manifests WHERE epoch <> ?', [yield* readEpoch()]);
}
