import type { CallOptions } from '@cairn/core';
import { SeenFiles } from './file-columns.js';
import type { GroupKey } from './seen-rows.js';
import { SeenGroup } from './stat-cache.js';

/** Knows which bytes files had when they were read. */
export interface FileMemory {
  /** What is known of a group of files whose bytes are in the store. */
  recall(key: GroupKey, count: number, options: CallOptions): Promise<SeenGroup>;
}

/** Knows nothing, so that all files are read. */
export const noMemory: FileMemory = {
  recall: async (_key, count) => new SeenGroup(SeenFiles.none, count, false, () => undefined),
};
