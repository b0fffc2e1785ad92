import { translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import { packPath } from '../packs/open-pack.js';
import { endLength, footerBytes, isIntactEnd, type PackRecord, readTable } from '../packs/pack-format.js';
import { readFully } from '../packs/read-fully.js';
import { closeQuietly, openToRead } from '../packs/read-only-files.js';
import type { MaintenanceContext } from './context.js';

/** What the end of a pack's file says. */
export type PackEnd =
  | {
      readonly state: 'intact';
      readonly size: number;
      readonly records: readonly PackRecord[];
      /** The table and the footer. */
      readonly end: Uint8Array;
    }
  | { readonly state: 'damaged'; readonly size: number }
  | { readonly state: 'missing' };

/** How file systems say that nothing is there, or a link. */
const isGone: ReadonlySet<unknown> = new Set(['ENOENT', 'ELOOP']);

/** Reads the table of a pack, and makes sure that it is as it was written and covers the whole file. */
export function readPackEnd(
  { fs, hasher, packs }: Pick<MaintenanceContext, 'fs' | 'hasher' | 'packs'>,
  name: string,
): PackEnd {
  return readEndOf({ fs, hasher }, packPath(packs, name));
}

/** The same for a file by its path. */
export function readEndOf({ fs, hasher }: Pick<MaintenanceContext, 'fs' | 'hasher'>, path: string): PackEnd {
  try {
    const file = openToRead(fs.sync, path);
    try {
      const stats = fs.sync.fstatSync(file);
      if (!stats.isFile()) return { state: 'missing' };
      const { size } = stats;
      const damaged = { state: 'damaged', size } as const;
      const read = (length: number) => {
        const buffer = Buffer.alloc(length);
        const filled = readFully(fs.sync, file, { buffer, length, position: size - length });
        return filled === length ? buffer : undefined;
      };
      if (size < footerBytes) return damaged;
      const footer = read(footerBytes);
      const length = footer && endLength(footer);
      if (length === undefined || length > size) return damaged;
      const end = read(length);
      if (end === undefined || !isIntactEnd(end, hasher)) return damaged;
      const records = [...readTable(end)];
      const last = records.at(-1);
      if ((last === undefined ? 0 : last.start + last.length) !== size - length) return damaged;
      return { state: 'intact', size, records, end };
    } finally {
      closeQuietly(fs.sync, file);
    }
  } catch (error) {
    if (isGone.has(systemCode(error))) return { state: 'missing' };
    throw translateFsError(error, 'read', path);
  }
}
