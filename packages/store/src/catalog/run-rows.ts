import {
  heartbeatTimeoutMs,
  type JsonObject,
  type RunOwner,
  type RunRecord,
  type RunState,
} from '@cairn/core';
import type { Row } from '../sql/step.js';
import { fromStoredJson } from '../sql/stored-json.js';
import { toTime } from './version-rows.js';

/** Whether the process of a run is alive, or `undefined` when that can't be known here. */
export type Liveness = (owner: RunOwner) => boolean | undefined;

/** What every statement that answers with runs selects, as `r`. */
export const runColumns = `r.seq, r.id, r.entity, r.project, r.title, r.job_type, r.config, r.owner_host, r.owner_pid, r.state,
  r.error, r.started_at, r.heartbeat_at, r.ended_at`;

export function toRunRecord(row: Row, now: number, liveness: Liveness): RunRecord {
  return {
    entity: String(row.entity),
    project: String(row.project),
    id: String(row.id),
    ...(row.title === null ? {} : { name: fromStoredJson<string>(row.title) }),
    ...(row.job_type === null ? {} : { jobType: String(row.job_type) }),
    config: fromStoredJson<JsonObject>(row.config),
    state: row.state === 'running' && isCrashed(row, now, liveness) ? 'crashed' : (row.state as RunState),
    startedAt: toTime(row.started_at),
    ...(row.ended_at === null ? {} : { endedAt: toTime(row.ended_at) }),
    ...(row.error === null ? {} : { error: fromStoredJson<string>(row.error) }),
  };
}

/** A process that is known to live is believed to be busy, and one that is known to be gone needs no waiting. */
function isCrashed(row: Row, now: number, liveness: Liveness): boolean {
  const { owner_host: host, owner_pid: pid } = row;
  const isAlive = host === null ? undefined : liveness({ host: String(host), pid: Number(pid) });
  return !(isAlive ?? now - Number(row.heartbeat_at) <= heartbeatTimeoutMs);
}
