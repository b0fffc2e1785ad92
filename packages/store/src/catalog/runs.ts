import { CairnError, checkNewRun, type NewRun, quote } from '@cairn/core';
import { now, one, type Row, run, type Step } from '../sql/step.js';
import { toStoredJson } from '../sql/stored-json.js';
import { runColumns } from './run-rows.js';

/** A run as it is stored, and the time at which it was looked at, on which its state depends. */
export interface SeenRun {
  readonly row: Row;
  readonly at: number;
}

export function* startRun(unchecked: NewRun): Step<SeenRun> {
  const { entity, project, id, name, jobType, config, owner } = checkNewRun(unchecked);
  const at = yield* now();
  const started = yield* one(
    `INSERT INTO runs (id, entity, project, title, job_type, config, owner_host, owner_pid, state, started_at, heartbeat_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      id,
      entity,
      project,
      name === undefined ? null : toStoredJson(name),
      jobType ?? null,
      toStoredJson(config),
      owner?.host ?? null,
      owner?.pid ?? null,
      at,
      at,
    ],
  );
  if (started === undefined) {
    throw new CairnError('conflict', `there is a run ${quote(id)} already`, { hint: 'Choose another id.' });
  }
  return yield* requireRun(id);
}

export function* heartbeat(id: string): Step<void> {
  const at = yield* now();
  yield* run("UPDATE runs SET heartbeat_at = ? WHERE id = ? AND state = 'running'", [at, id]);
}

export function* finishRun(
  id: string,
  state: 'finished' | 'failed',
  error: string | undefined,
): Step<SeenRun> {
  const at = yield* now();
  yield* run("UPDATE runs SET state = ?, error = ?, ended_at = ? WHERE id = ? AND state = 'running'", [
    state,
    error === undefined ? null : toStoredJson(error),
    at,
    id,
  ]);
  return yield* requireRun(id);
}

function* requireRun(id: string): Step<SeenRun> {
  const found = yield* findRun(id);
  if (found === undefined) throw noRun(id);
  return found;
}

export function* findRun(id: string): Step<SeenRun | undefined> {
  const at = yield* now();
  const row = yield* one(`SELECT ${runColumns} FROM runs r WHERE r.id = ?`, [id]);
  return row === undefined ? undefined : { row, at };
}

/** Makes sure that a run can still log and use, until the end of the transaction. */
export function* requireOpenRun(id: string): Step<void> {
  const row = yield* one('SELECT state FROM runs WHERE id = ? FOR SHARE', [id]);
  if (row === undefined) throw noRun(id);
  if (row.state === 'running') return;
  throw new CairnError('run_finished', `the run ${quote(id)} has ended`, { hint: 'Start another one.' });
}

function noRun(id: string): CairnError {
  return new CairnError('not_found', `there is no run ${quote(id)}`, { hint: 'Check the id.' });
}
