import { CairnError, type ErrorCode, quote } from '@cairn/core';

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

const nothingThere: Meaning = {
  code: 'not_found',
  problem: 'there is nothing at this path',
  hint: 'Check the path.',
};
const notPermitted: Meaning = {
  code: 'forbidden',
  problem: "it isn't permitted",
  hint: 'Check who owns it, and its permissions.',
};
const full: Meaning = {
  code: 'storage_full',
  problem: 'no space is left',
  hint: 'Free some space, then repeat the call.',
};
const tooManyOpen: Meaning = {
  code: 'unavailable',
  problem: 'too many files are open',
  hint: 'Raise the limit of open files (ulimit -n), then repeat the call.',
};

const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['ENOENT', nothingThere],
  ['ENOTDIR', { ...nothingThere, problem: 'it is not a folder, or leads through something that is none' }],
  [
    'EEXIST',
    { code: 'path_conflict', problem: 'something else is there', hint: 'Remove it or choose another place.' },
  ],
  ['EACCES', notPermitted],
  ['EPERM', notPermitted],
  ['ENOSPC', full],
  ['EDQUOT', { ...full, problem: "the user's share of the space is used up" }],
  [
    'EFBIG',
    { ...full, problem: 'it is larger than a file may be here', hint: 'Raise the limit (ulimit -f).' },
  ],
  [
    'EROFS',
    {
      code: 'storage_readonly',
      problem: 'the file system is read-only',
      hint: 'Choose another place, or make it writable.',
    },
  ],
  ['EMFILE', tooManyOpen],
  ['ENFILE', tooManyOpen],
  [
    'EIO',
    {
      code: 'unavailable',
      problem: 'the device reports an error',
      hint: 'Check the disk, then repeat the call.',
    },
  ],
  [
    'ELOOP',
    {
      code: 'path_invalid',
      problem: 'its symbolic links lead in a circle',
      hint: 'Remove one of the links.',
    },
  ],
  ['ENAMETOOLONG', { code: 'path_invalid', problem: 'it is too long', hint: 'Choose a shorter one.' }],
  ['EILSEQ', { code: 'path_invalid', problem: "the file system doesn't take this name", hint: 'Rename it.' }],
  [
    'ERR_INVALID_ARG_VALUE',
    { code: 'path_invalid', problem: "it can't be a path", hint: 'A path has no NUL character.' },
  ],
]);

/**
 * Says what a failed call of the file system means: `can't <what> "<path>": …`, with the cause kept. All that is no
 * error of the file system, such as a {@link CairnError} or the reason of an abort, comes back as it is.
 *
 * @param what A verb: `read`, `write`, `list`.
 */
export function translateFsError(error: unknown, what: string, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const {
    code: meant,
    problem,
    hint,
  } = meanings.get(code) ?? {
    code: 'unavailable',
    problem: `the file system answers ${code}`,
    hint: 'Repeat the call.',
  };
  return new CairnError(meant, `can't ${what} ${quote(path)}: ${problem}`, { hint, cause: error });
}

/** The errno name of an error of the file system, such as `ENOENT`, else `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && (meanings.has(code) || /^E[A-Z0-9]+$/.test(code)) ? code : undefined;
}

/** Awaits a call of the file system and translates its failure. */
export async function attempt<T>(what: string, path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw translateFsError(error, what, path);
  }
}
