import { readFile } from 'node:fs/promises';
import { type MemoryStore, memoryStore } from '@cairn/core/memory';
import { publishFile, readFileChunks } from '@cairn/file';

/** A store in memory that reads and makes files on disk. */
export function memoryStoreWithFiles(): MemoryStore {
  return memoryStore({
    readFile: (path, stamp) => readFileChunks(path, { stamp }),
    async writeFile(path, bytes) {
      const there = await readFile(path).catch(() => undefined);
      if (there?.equals(bytes)) return false;
      await publishFile(path, [bytes]);
      return true;
    },
  });
}
