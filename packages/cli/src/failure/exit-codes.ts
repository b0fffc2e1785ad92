import type { ErrorCode } from '@cairn/core';

/** How a command ends, for scripts. They are part of semver. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  partial: 3,
  refused: 4,
  notFound: 5,
  conflict: 6,
  damaged: 7,
  unavailable: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each means, for the manual. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done; an empty list and “no change” are also that',
  failure: 'failed, or `diff --exit-code` found a difference',
  usage: 'called in a way it can’t be: an unknown flag, a name that can’t be one',
  partial: 'done in part: something failed or was skipped',
  refused: 'a login is needed, or access was refused',
  notFound: 'there is no such thing, or you have no access to it',
  conflict: 'it contradicts what is there, or someone else was faster',
  damaged: 'bytes are not what they should be',
  unavailable: 'the server or the network can’t be reached; later it may work',
  interrupted: 'stopped by Ctrl-C',
};

const { failure, usage, refused, notFound, conflict, damaged, unavailable, interrupted } = exitCodes;

export const exitCodeOf: Readonly<Record<ErrorCode, ExitCode>> = {
  name_invalid: usage,
  path_invalid: usage,
  metadata_invalid: usage,
  alias_invalid: usage,
  uri_invalid: usage,
  path_conflict: conflict,
  type_mismatch: conflict,
  artifact_finalized: conflict,
  run_finished: conflict,
  conflict,
  source_changed: conflict,
  no_active_run: failure,
  not_found: notFound,
  unauthenticated: refused,
  forbidden: refused,
  scheme_refused: refused,
  manifest_invalid: damaged,
  reference_changed: damaged,
  integrity_mismatch: damaged,
  too_many_objects: failure,
  handler_missing: failure,
  unsupported_format: failure,
  storage_full: failure,
  storage_readonly: failure,
  quota_exceeded: failure,
  unavailable,
  timeout: unavailable,
  rate_limited: unavailable,
  aborted: interrupted,
};
