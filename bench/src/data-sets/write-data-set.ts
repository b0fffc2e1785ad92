import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { editedFile, largeFile } from './large-file.js';
import { changedFiles, type SmallFiles, smallFiles } from './small-files.js';

export type SetName = 'A' | 'B' | 'C';

export const setNames: readonly SetName[] = ['A', 'B', 'C'];

/** Where a data set is on disk. */
export interface DataSet {
  /** The folder of the first version. */
  readonly first: string;
  /** B and C: the folder of what the second version has in place of the first one's files of the same paths. */
  readonly second: string;
}

const seed = 'cairn';
const changes = 100;
const largeFileSize = 2 * 2 ** 30;

/** What data set A or C has at a scale. */
export function filesOf(name: 'A' | 'C', scale: number): SmallFiles {
  return name === 'A'
    ? { count: Math.round(100_000 * scale), perFolder: 500, minSize: 1024, maxSize: 8192 }
    : { count: Math.round(1_000_000 * scale), perFolder: 1000, minSize: 100, maxSize: 300 };
}

/**
 * Writes a data set below a folder, unless it is there already and whole.
 *
 * @param scale 1: as it is defined; 0.01: a hundredth of it.
 */
export function writeDataSet(name: SetName, scale: number, folder: string): DataSet {
  const place = join(folder, `${name}-${scale}`);
  const set = { first: join(place, 'first'), second: join(place, 'second') };
  const mark = join(place, 'complete.json');
  const wanted = JSON.stringify({ name, scale, seed });
  if (readIfThere(mark) === wanted) return set;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  if (name === 'B') {
    const size = Math.round(largeFileSize * scale);
    writeFiles(set.first, [{ path: 'data.bin', pieces: largeFile(size, seed) }]);
    writeFiles(set.second, [{ path: 'data.bin', pieces: editedFile(size, seed) }]);
  } else {
    const files = filesOf(name, scale);
    writeFiles(set.first, smallFiles(files, seed));
    if (name === 'C') writeFiles(set.second, changedFiles(files, Math.min(changes, files.count), seed));
  }
  writeFileSync(mark, wanted);
  return set;
}

function writeFiles(root: string, files: Iterable<{ path: string; pieces: Iterable<Uint8Array> }>): void {
  let made: string | undefined;
  for (const { path, pieces } of files) {
    const target = join(root, path);
    const folder = dirname(target);
    if (folder !== made) mkdirSync(folder, { recursive: true });
    made = folder;
    const file = openSync(target, 'w');
    for (const bytes of pieces) writeSync(file, bytes);
    closeSync(file);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
