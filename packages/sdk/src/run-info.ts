import type { CallOptions, JsonObject, LineageGraph, LineageRequest, RunRecord, RunState } from '@cairn/core';
import { readStore, withStore } from './store/store-access.js';
import { StoredVersion } from './version/stored-version.js';
import type { LineageOptions, Version } from './version.js';
import type { Workspace } from './workspace.js';

/** A run as the store knows it. */
export interface RunInfo {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  readonly name: string | undefined;
  readonly jobType: string | undefined;
  readonly config: JsonObject;
  readonly state: RunState;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** Why it failed, in one line. */
  readonly error: string | undefined;
  /** The versions it used, in the order it did. */
  usedArtifacts(options?: CallOptions): AsyncIterable<Version>;
  /** The versions it logged, in the order it did. */
  loggedArtifacts(options?: CallOptions): AsyncIterable<Version>;
  /** The graph around it. */
  lineage(options?: LineageOptions): Promise<LineageGraph>;
}

export function toRunInfo(workspace: Workspace, record: RunRecord): RunInfo {
  const { id, entity, project, name, jobType, config, state, startedAt, endedAt, error } = record;
  return {
    ...{ id, entity, project, name, jobType, config, state, startedAt, endedAt, error },
    usedArtifacts: (options) => versionsOfRun(workspace, id, 'input', options),
    loggedArtifacts: (options) => versionsOfRun(workspace, id, 'output', options),
    lineage: (options) => lineageOf(workspace, { runId: id }, options),
  };
}

export function versionsOfRun(
  workspace: Workspace,
  runId: string,
  direction: 'input' | 'output',
  options: CallOptions = {},
): AsyncGenerator<Version, void, undefined> {
  return readStore(workspace.store, async function* ({ catalog }) {
    for await (const record of catalog.versionsOfRun(runId, direction, options)) {
      yield new StoredVersion(workspace, record);
    }
  });
}

export function runsOfVersion(
  workspace: Workspace,
  versionId: string,
  direction: 'input' | 'output',
  options: CallOptions = {},
): AsyncGenerator<RunInfo, void, undefined> {
  return readStore(workspace.store, async function* ({ catalog }) {
    for await (const record of catalog.runsOfVersion(versionId, direction, options)) {
      yield toRunInfo(workspace, record);
    }
  });
}

export function lineageOf(
  { store }: Workspace,
  start: LineageRequest['start'],
  { direction = 'both', depth = 2, maxNodes = 1000, signal }: LineageOptions = {},
): Promise<LineageGraph> {
  return withStore(store, ({ catalog }) =>
    catalog.lineage({ start, direction, depth, maxNodes }, { signal }),
  );
}
