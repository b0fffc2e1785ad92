import type { RunRecord, Store, VersionRecord } from '@cairn/core';
import { all } from './versions.js';

interface History {
  /** Of each collection by their numbers. */
  readonly versions: Omit<VersionRecord, 'id' | 'createdAt' | 'aliasRevision'>[];
  /** Newest first. */
  readonly runs: (Omit<RunRecord, 'startedAt' | 'endedAt'> & {
    readonly used: (string | undefined)[];
    readonly logged: ReadonlySet<string | undefined>;
  })[];
}

/** All that a store knows of what happened in it, but for times and ids of versions; as plain data, to be compared. */
export async function historyOf({ catalog }: Store): Promise<History> {
  const versions: History['versions'] = [];
  const names = new Map<string, string>();
  for (const { entity, project, name } of await all(catalog.listCollections({}))) {
    const query = { entity, project, name, sort: { field: 'version' } } as const;
    for (const { id, createdAt: _, aliasRevision: __, ...version } of await all(
      catalog.listVersions(query),
    )) {
      versions.push(version);
      names.set(id, `${project}/${name}:v${version.version}`);
    }
  }
  const runs: History['runs'] = [];
  for (const { startedAt: _, endedAt: __, ...run } of await all(catalog.listRuns({}))) {
    const of = async (direction: 'input' | 'output') =>
      (await all(catalog.versionsOfRun(run.id, direction))).map(({ id }) => names.get(id));
    runs.push({ ...run, used: await of('input'), logged: new Set(await of('output')) });
  }
  return { versions, runs };
}
