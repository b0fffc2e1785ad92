import { printable, type RunState } from '@cairn/core';
import { durationText } from '../output/format.js';

interface SomeRun {
  readonly id: string;
  readonly name?: string | undefined;
  readonly jobType?: string | undefined;
  readonly state: RunState;
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly error?: string | undefined;
  readonly config: object;
  readonly entity: string;
  readonly project: string;
}

/** A run on one line, such as `run train-42 (train, finished, 18 min 4 s)`. */
export function runText(run: SomeRun): string {
  const { id, name, jobType, state, startedAt, endedAt } = run;
  const took =
    endedAt === undefined ? undefined : durationText((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
  const facts = [jobType, state, took].filter((fact) => fact !== undefined);
  return `run ${printable(name ?? id)}  (${facts.join(', ')})`;
}

/** A run as `--json` prints it. */
export function runJson(run: SomeRun): object {
  const {
    id,
    entity,
    project,
    name = null,
    jobType = null,
    state,
    startedAt,
    endedAt = null,
    error = null,
  } = run;
  return {
    id,
    entity,
    project,
    name,
    jobType,
    state,
    started: startedAt,
    ended: endedAt,
    error,
    config: run.config,
  };
}
