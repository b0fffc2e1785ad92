import { randomBytes } from './random-bytes.js';

/** Many files in folders of the same number of files each. */
export interface SmallFiles {
  readonly count: number;
  readonly perFolder: number;
  /** Of a file, in bytes: any whole number between. */
  readonly minSize: number;
  readonly maxSize: number;
}

export interface SmallFile {
  /** With `/` between folders. */
  readonly path: string;
  /** Its bytes. */
  readonly pieces: readonly [Buffer];
}

export function* smallFiles(
  { count, perFolder, minSize, maxSize }: SmallFiles,
  seed: string,
): Generator<SmallFile> {
  const random = randomBytes(seed);
  for (let i = 0; i < count; i++) {
    yield { path: pathOf(i, perFolder), pieces: [random.take(random.between(minSize, maxSize))] };
  }
}

/** Other bytes for `changes` of the files, spread evenly. */
export function* changedFiles(files: SmallFiles, changes: number, seed: string): Generator<SmallFile> {
  const random = randomBytes(`${seed} changed`);
  const step = files.count / changes;
  for (let i = 0; i < changes; i++) {
    const path = pathOf(Math.floor(i * step), files.perFolder);
    yield { path, pieces: [random.take(random.between(files.minSize, files.maxSize))] };
  }
}

function pathOf(i: number, perFolder: number): string {
  const folder = String(Math.floor(i / perFolder)).padStart(4, '0');
  return `part-${folder}/item-${String(i).padStart(7, '0')}.bin`;
}
