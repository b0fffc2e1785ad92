import { CairnError, checkPath, quote } from '@cairn/core';

/** What Windows takes for something else than a file of that name. */
const notOnWindows = /[<>:"|?*]|[. ]$|^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/** Code points that some file systems leave out of a name. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Refuses paths that must not become files on this machine, whatever else is right about them.
 *
 * @throws CairnError `path_invalid`.
 */
export function checkNames(
  paths: Iterable<string>,
  { allowGit, platform = process.platform }: { allowGit: boolean; platform?: NodeJS.Platform },
): void {
  for (const path of paths) {
    const segments = checkPath(path).split('/');
    if (!allowGit && isGitFolder(segments[0] as string)) {
      throw new CairnError('path_invalid', `${quote(path)} would become part of a git repository`, {
        hint: 'If you trust who logged it, pass { allowGit: true }.',
      });
    }
    if (platform === 'win32' && segments.some((segment) => notOnWindows.test(segment))) {
      throw new CairnError('path_invalid', `${quote(path)} can't be a file on Windows`, {
        hint: 'Download the other entries with { path }, or read this one with getPath(…).open().',
      });
    }
  }
}

function isGitFolder(segment: string): boolean {
  const plain = segment
    .replace(ignorable, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();
  return plain === '.git' || plain === 'git~1';
}
