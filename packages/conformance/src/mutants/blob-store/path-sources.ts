import { readFile, stat } from 'node:fs/promises';
import { CairnError, type FileStamp } from '@cairn/core';
import { readStamped } from '../../local-files.js';
import { memoryBlobStoreFixture } from './fixture.js';
import type { BlobStoreMutant } from './lie.js';

/** A store that reads the files it is given by other means. */
function readsFiles(
  name: string,
  readFile: (path: string, stamp: FileStamp | undefined) => AsyncIterable<Uint8Array>,
): BlobStoreMutant {
  return { name, make: () => memoryBlobStoreFixture({ readFile }) };
}

/** A store that looks only at some of what a stamp says. */
function compares(name: string, ...keys: (keyof FileStamp)[]): BlobStoreMutant {
  return readsFiles(name, async function* (path, stamp) {
    const now: FileStamp = await stat(path).catch((cause) => {
      throw new CairnError('not_found', `no file ${path}`, { cause });
    });
    if (stamp !== undefined && keys.some((key) => now[key] !== stamp[key])) {
      throw new CairnError('source_changed', `${path} has changed`);
    }
    yield* readStamped(path, undefined);
  });
}

export const pathSourcesMutants: readonly BlobStoreMutant[] = [
  readsFiles('reads the first MiB of a file', async function* (path, stamp) {
    for await (const bytes of readStamped(path, stamp)) yield bytes.subarray(0, 1_048_576);
  }),
  readsFiles('reads no small file that comes with other sources', async function* (path, stamp) {
    for await (const bytes of readStamped(path, stamp)) yield bytes.length < 500 ? new Uint8Array() : bytes;
  }),
  readsFiles('refuses every file that has a stamp', async function* (path, stamp) {
    yield* readStamped(path, undefined);
    if (stamp !== undefined) throw new CairnError('source_changed', `${path} has changed`);
  }),
  compares('looks at no stamp'),
  compares('looks at the size of a stamp only', 'size'),
  compares('looks at the size and the time of a stamp only', 'size', 'mtimeMs'),
  readsFiles('takes a missing file for an empty one', async function* (path, stamp) {
    try {
      yield* readStamped(path, stamp);
    } catch (error) {
      if (!CairnError.is(error, 'not_found')) throw error;
    }
  }),
  readsFiles('passes on what the file system says', async function* (path, stamp) {
    if (stamp !== undefined) return yield* readStamped(path, stamp);
    yield new Uint8Array(await readFile(path));
  }),
];
