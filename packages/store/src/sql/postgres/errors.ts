import { CairnError, type ErrorCode } from '@cairn/core';

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

const unavailable: Meaning = {
  code: 'unavailable',
  problem: "it can't be reached or is busy",
  hint: 'Check that it runs and is not out of connections, then repeat the call.',
};
const damaged: Meaning = {
  code: 'integrity_mismatch',
  problem: 'it is damaged',
  hint: 'Restore it from a backup.',
};

/** By SQLSTATE, or by its first two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['08', unavailable],
  ['40', unavailable],
  ['53', unavailable],
  ['57', unavailable],
  ['58', unavailable],
  [
    '53100',
    { code: 'storage_full', problem: 'no space is left', hint: 'Free some space, then repeat the call.' },
  ],
  [
    '25006',
    {
      code: 'storage_readonly',
      problem: 'it is read-only',
      hint: 'Connect to the primary server, with a user who may write.',
    },
  ],
  [
    '28',
    {
      code: 'unauthenticated',
      problem: 'it refuses the user',
      hint: 'Check the user and password of the pool.',
    },
  ],
  [
    '42501',
    {
      code: 'forbidden',
      problem: "the user isn't permitted to do this",
      hint: 'Grant the user all rights on the schema of the catalog.',
    },
  ],
  [
    '55P03',
    {
      code: 'unavailable',
      problem: 'another session keeps tables locked',
      hint: 'End what has been open for long, such as a dump or a forgotten transaction, then repeat the call.',
    },
  ],
  ['57014', { code: 'timeout', problem: 'the statement took too long', hint: 'Raise statement_timeout.' }],
  ['XX001', damaged],
  ['XX002', damaged],
]);

/**
 * Says what it means that a call of the pool or of its client failed. An answer of the server that can only be due to a
 * mistake of ours comes back as it is.
 */
export function translatePostgresError(error: unknown): unknown {
  const state = sqlStateOf(error);
  const meaning =
    state === undefined ? unavailable : (meanings.get(state) ?? meanings.get(state.slice(0, 2)));
  if (meaning === undefined) return error;
  return new CairnError(meaning.code, `can't use the catalog in PostgreSQL: ${meaning.problem}`, {
    hint: meaning.hint,
    cause: error,
  });
}

const collisions: ReadonlySet<unknown> = new Set(['40001', '40P01', '55P03']);

/** Whether a transaction failed only because of others, so that running it again helps. */
export function isCollision(error: unknown): boolean {
  return collisions.has(sqlStateOf(causeOf(error)));
}

/** Whether the connection can't be used after this error: the server ended the session, or didn't answer. */
export function isBroken(error: unknown): boolean {
  const cause = causeOf(error);
  if (CairnError.is(cause)) return false; // a step refused something
  return /^(08|57P|XX)/.test(sqlStateOf(cause) ?? '08');
}

function causeOf(error: unknown): unknown {
  return CairnError.is(error) ? (error.cause ?? error) : error;
}

function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
