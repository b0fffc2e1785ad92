import { CairnError } from '../errors.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';

/**
 * Makes a check to call with every path of a manifest in turn. It refuses a path that is out of order
 * (`manifest_invalid`), there twice, or under one that is a file (`path_conflict`).
 *
 * Everything that starts with a path comes right after it, so it is enough to remember the paths that the last one
 * starts with, and of these only the longest can be its folder: a shorter one would be the folder of that, too.
 */
export function createPathOrder(): (path: string) => void {
  const open: string[] = [];
  let previous: string | undefined;
  return (path) => {
    const order = previous === undefined ? -1 : compareUtf8(previous, path);
    if (order === 0) throw conflict(`${quote(path)} is there twice`);
    if (order > 0) {
      throw new CairnError(
        'manifest_invalid',
        `${quote(path)} comes after ${quote(String(previous))}: entries are not in order`,
        { hint: 'Entries come in the order of the UTF-8 bytes of their paths.' },
      );
    }
    previous = path;
    let file = open.at(-1);
    while (file !== undefined && !path.startsWith(file)) {
      open.pop();
      file = open.at(-1);
    }
    if (file !== undefined && path[file.length] === '/') {
      throw conflict(`${quote(file)} is a file and the folder of ${quote(path)}`);
    }
    open.push(path);
  };
}

function conflict(problem: string): CairnError {
  return new CairnError('path_conflict', problem, { hint: 'Give one of them another name.' });
}
