import type { CallOptions, ProjectRef } from '@cairn/core';
import { digestBytes } from '../packs/pack-format.js';
import type { Database, Dialect } from '../sql/database.js';
import { type Fragment, raw, sql } from '../sql/fragment.js';
import { one, run, type Step } from '../sql/step.js';
import { bytesAt, type DigestPage, digestPages } from './digest-pages.js';
import { claimProject } from './projects.js';

/** Records that a project has some digests; see `AccessCatalog.link`. */
export async function link(
  database: Database,
  project: ProjectRef,
  digests: readonly Uint8Array[],
  options?: CallOptions,
): Promise<void> {
  for (const page of digestPages(storedIn(database, project, digests))) {
    await database.write(() => linkPage(database.dialect, project, page), options);
  }
}

function* linkPage(dialect: Dialect, project: ProjectRef, page: DigestPage): Step<void> {
  // So that garbage collection, which forgets links, sees all that is there when it does.
  yield* one("SELECT value FROM engine_state WHERE name = 'epoch' FOR SHARE");
  const id = yield* claimProject(project);
  const { text, params } = sql`INSERT INTO links (project_id, digest)
    SELECT CAST(${id} AS bigint), d.digest FROM ${rowsOf(dialect, page)} AS d WHERE TRUE ON CONFLICT DO NOTHING`;
  yield* run(text, params);
}

/** One byte for each digest: 1 when it is linked and there. */
export function linkedNow(
  database: Database,
  project: ProjectRef,
  digests: readonly Uint8Array[],
  options?: CallOptions,
): Promise<Uint8Array> {
  // Where digests are as they are, both tables have the same.
  const object = raw(database.form.objects.isPlain ? 'l.digest' : 'd.object');
  const isLinked = sql`SELECT 1 FROM projects p JOIN links l ON l.project_id = p.id JOIN objects o ON o.digest = ${object}
    WHERE p.entity = ${project.entity} AND p.project = ${project.project} AND l.digest = d.digest
    AND o.condemned IS NULL`;
  return which(database, project, digests, isLinked, options);
}

/** One byte for each digest: 1 when it is marked as a manifest, or a leaf, all of which was there in an epoch. */
export function checkedIn(
  database: Database,
  project: ProjectRef,
  digests: readonly Uint8Array[],
  { epoch, ...options }: CallOptions & { readonly epoch: number },
): Promise<Uint8Array> {
  const isChecked = sql`SELECT 1 FROM projects p JOIN checked_manifests m ON m.project_id = p.id
    WHERE p.entity = ${project.entity} AND p.project = ${project.project} AND m.digest = d.digest
    AND m.epoch = ${epoch}`;
  return which(database, project, digests, isChecked, options);
}

export async function markChecked(
  database: Database,
  project: ProjectRef,
  digests: readonly Uint8Array[],
  { epoch, ...options }: CallOptions & { readonly epoch: number },
): Promise<void> {
  for (const page of digestPages(storedIn(database, project, digests))) {
    await database.write(function* () {
      const id = yield* claimProject(project);
      const { text, params } = sql`INSERT INTO checked_manifests (project_id, digest, epoch)
        SELECT CAST(${id} AS bigint), d.digest, CAST(${epoch} AS bigint)
        FROM ${rowsOf(database.dialect, page)} AS d WHERE TRUE
        ON CONFLICT (project_id, digest) DO UPDATE SET epoch = excluded.epoch`;
      yield* run(text, params);
    }, options);
  }
}

/** Digests as the rows of a project have them. */
function storedIn(
  { form }: Database,
  project: ProjectRef,
  digests: readonly Uint8Array[],
): readonly Uint8Array[] {
  return form.ofProject(project).toStored(digests);
}

/** For which digests a query has a row: `d.digest` is as those of the project are, and `d.object`, if it differs, as in the index. */
async function which(
  database: Database,
  project: ProjectRef,
  digests: readonly Uint8Array[],
  query: Fragment,
  options?: CallOptions,
): Promise<Uint8Array> {
  const found = new Uint8Array(digests.length);
  const { dialect, form } = database;
  const objects = form.objects.isPlain ? undefined : form.objects.toStored(digests);
  for (const page of digestPages(storedIn(database, project, digests))) {
    options?.signal?.throwIfAborted();
    const { text, params } =
      sql`SELECT string_agg(CASE WHEN EXISTS (${query}) THEN '1' ELSE '0' END, '' ORDER BY d.n)
      AS bits FROM ${rowsOf(dialect, page, objects)} AS d`;
    const row = await database.read(() => one(text, params), options);
    const bits = String(row?.bits);
    for (const [i, place] of page.places.entries()) found[place] = bits.charCodeAt(i) - 48;
  }
  return found;
}

function rowsOf(
  dialect: Dialect,
  { bytes, places }: DigestPage,
  objects?: readonly Uint8Array[] | undefined,
): Fragment {
  return dialect.eachDigest(bytes, bytes.length / digestBytes, objects && bytesAt(objects, places));
}
