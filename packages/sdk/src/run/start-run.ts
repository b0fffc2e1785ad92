import { randomBytes } from 'node:crypto';
import type { CallOptions, JsonObject } from '@cairn/core';
import type { Jsonable, Metadata } from '../metadata-types.js';
import { createWorkspace, fromEnvironment, type WorkspaceOptions } from '../workspace.js';
import { ActiveRun } from './active-run.js';

export interface RunOptions<C extends object = Metadata> extends WorkspaceOptions, CallOptions {
  /** What kind of step it is, such as `train`; by the rule of names. Default: `CAIRN_JOB_TYPE`, else none. */
  readonly jobType?: string | undefined;
  /** Free text for people. Default: none, the run is known by its id. */
  readonly name?: string | undefined;
  /** What it was started with: JSON, like metadata. */
  readonly config?: (C & Jsonable<C>) | undefined;
}

/** @throws CairnError `name_invalid`, `metadata_invalid` (the config), and what opening the store throws. */
export async function startRun<C extends object>(options: RunOptions<C>): Promise<ActiveRun> {
  const { jobType = fromEnvironment('CAIRN_JOB_TYPE', ''), name, config = {}, signal } = options;
  signal?.throwIfAborted();
  const workspace = createWorkspace(options);
  const held = await workspace.store.hold();
  try {
    const { thisProcess } = await import('@cairn/store');
    const record = await held.store.catalog.startRun(
      {
        entity: workspace.entity,
        project: workspace.project,
        id: newRunId(),
        name,
        jobType: jobType === '' ? undefined : jobType,
        config: config as JsonObject,
        owner: thisProcess(),
      },
      { signal },
    );
    return new ActiveRun(workspace, held, record);
  } catch (error) {
    await held.release();
    throw error;
  }
}

/** 60 random bits, in letters and digits that are hard to mistake for each other. */
function newRunId(): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  return Array.from(randomBytes(12), (byte) => letters[byte % 32]).join('');
}
