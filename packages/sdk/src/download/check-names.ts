import { CairnError, checkPath, quote } from '@cairn/core';

/** What Windows takes for something else than a file of that name. */
const notOnWindows = /[<>:"|?*]|[. ]$|^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/** Code points that some file systems leave out of a name. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Makes a check to call with every path: it refuses those that must not become files on this machine, whatever else is
 * right about them.
 *
 * @throws CairnError `path_invalid`.
 */
export function nameCheck({
  allowGit,
  platform = process.platform,
}: {
  readonly allowGit: boolean;
  readonly platform?: NodeJS.Platform;
}): (path: string) => void {
  /** The first segment of the path before. */
  let known = '';
  return (path) => {
    checkPath(path);
    if (!allowGit && !(path.startsWith(known) && path[known.length] === '/')) {
      known = path.slice(0, path.indexOf('/') === -1 ? path.length : path.indexOf('/'));
      if (isGitFolder(known)) throw becomesGit(path);
    }
    if (platform === 'win32' && path.split('/').some((segment) => notOnWindows.test(segment))) {
      throw new CairnError('path_invalid', `${quote(path)} can't be a file on Windows`, {
        hint: 'Download the other entries with { path }, or read this one with getPath(…).open().',
      });
    }
  };
}

function becomesGit(path: string): CairnError {
  return new CairnError('path_invalid', `${quote(path)} would become part of a git repository`, {
    hint: 'If you trust who logged it, pass { allowGit: true }.',
  });
}

function isGitFolder(segment: string): boolean {
  const plain = segment
    .replace(ignorable, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();
  return plain === '.git' || plain === 'git~1';
}
