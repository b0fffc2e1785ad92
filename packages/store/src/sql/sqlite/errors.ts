import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CairnError, type ErrorCode, quote } from '@cairn/core';

/** The result codes of SQLite that mean something to us: https://sqlite.org/rescode.html */
const busy = 5;
const protocol = 15;
const cantOpen = 14;
const full = 13;
const ioError = 10;

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

const meanings: ReadonlyMap<number | undefined, Meaning> = new Map([
  [3, { code: 'forbidden', problem: "it isn't permitted", hint: 'Check who owns it, and its permissions.' }],
  [
    busy,
    {
      code: 'unavailable',
      problem: 'another process keeps it locked',
      hint: 'Look for a process that hangs while it uses this store, then repeat the call.',
    },
  ],
  [
    8,
    {
      code: 'storage_readonly',
      problem: 'it is read-only',
      hint: 'Choose another store, or make this one writable.',
    },
  ],
  [
    ioError,
    {
      code: 'unavailable',
      problem: 'the device reports an error',
      hint: 'Check the disk, then repeat the call.',
    },
  ],
  [
    11,
    {
      code: 'integrity_mismatch',
      problem: 'it is damaged',
      hint: 'Restore it from a backup.',
    },
  ],
  [
    full,
    { code: 'storage_full', problem: 'no space is left', hint: 'Free some space, then repeat the call.' },
  ],
  [
    cantOpen,
    {
      code: 'unavailable',
      problem: "it can't be opened",
      hint: 'Check its permissions and the limit of open files (ulimit -n), then repeat the call.',
    },
  ],
  [26, { code: 'unsupported_format', problem: 'it is no database', hint: 'Restore it from a backup.' }],
]);

/** Whether somebody else is in the way, so that waiting helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === busy || code === protocol;
}

/** Whether a database could not be opened, as where its folder is read-only. */
export function isCantOpen(error: unknown): boolean {
  return resultCode(error) === cantOpen;
}

/** Says what an error of SQLite means. Any other comes back as it is. */
export function translateSqliteError(error: unknown, path: string): unknown {
  const meaning = meanings.get(meaningfulCode(error, path));
  if (meaning === undefined) return error;
  return new CairnError(meaning.code, `can't use the catalog ${quote(path)}: ${meaning.problem}`, {
    hint: meaning.hint,
    cause: error,
  });
}

function meaningfulCode(error: unknown, path: string): number | undefined {
  if (isBusy(error)) return busy;
  const code = resultCode(error);
  // Where there is no room for the file by which processes find each other, SQLite says no more than this.
  return code === ioError && isDiskFull(path) ? full : code;
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < 128 * 1024;
  } catch {
    return false;
  }
}

/** The primary result code: the lowest byte of the extended one. `undefined` when the error is none of SQLite. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return Number(error.errcode) & 0xff;
}
