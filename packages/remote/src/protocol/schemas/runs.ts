import type { NewRun, RunRecord } from '@cairn/core';
import * as v from 'valibot';
import { exact, jsonObject, longText, shortText, time } from './basics.js';

/** A run to start. Its entity and project are said by the path. */
export type NewRunBody = Omit<NewRun, 'entity' | 'project'>;

export const newRunBody: v.GenericSchema<unknown, NewRunBody> = v.object({
  id: shortText,
  name: v.optional(longText),
  jobType: v.optional(shortText),
  config: jsonObject,
  owner: v.optional(v.object({ host: shortText, pid: v.pipe(v.number(), v.safeInteger()) })),
});

/** How a run ended. */
export interface RunEnd {
  readonly state: 'finished' | 'failed';
  readonly error?: string | undefined;
}

export const runEnd: v.GenericSchema<unknown, RunEnd> = v.object({
  state: v.picklist(['finished', 'failed']),
  error: v.optional(longText),
});

export const runRecord: v.GenericSchema<unknown, RunRecord> = exact<RunRecord>(
  v.object({
    entity: shortText,
    project: shortText,
    id: shortText,
    name: v.optional(longText),
    jobType: v.optional(shortText),
    config: jsonObject,
    state: v.picklist(['running', 'finished', 'failed', 'crashed']),
    startedAt: time,
    endedAt: v.optional(time),
    error: v.optional(longText),
  }),
);
