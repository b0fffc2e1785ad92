import { translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import { packPath } from '../packs/open-pack.js';
import { endLength, footerBytes, isIntactEnd, type PackRecord, readTable } from '../packs/pack-format.js';
import type { MaintenanceContext } from './context.js';

/** What the end of a pack's file says. */
export type PackEnd =
  | {
      readonly state: 'intact';
      /** Of the file, in bytes. */
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
  { files, hasher, packs }: Pick<MaintenanceContext, 'files' | 'hasher' | 'packs'>,
  name: string,
): PackEnd {
  return readEndOf({ files, hasher }, packPath(packs, name));
}

/** The same for a file by its path. */
export function readEndOf(
  { files, hasher }: Pick<MaintenanceContext, 'files' | 'hasher'>,
  path: string,
): PackEnd {
  try {
    const file = files.open(path);
    try {
      const size = file.size();
      if (size === undefined) return { state: 'missing' };
      const packSize = files.packSize(size);
      const damaged = { state: 'damaged', size } as const;
      const read = (length: number) => {
        const buffer = Buffer.alloc(length);
        const filled = file.read({ buffer, length, position: packSize - length });
        return filled === length ? buffer : undefined;
      };
      if (packSize < footerBytes) return damaged;
      const footer = read(footerBytes);
      const length = footer && endLength(footer);
      if (length === undefined || length > packSize) return damaged;
      const end = read(length);
      if (end === undefined || !isIntactEnd(end, hasher)) return damaged;
      const records = [...readTable(end)];
      const last = records.at(-1);
      if ((last === undefined ? 0 : last.start + last.length) !== packSize - length) return damaged;
      return { state: 'intact', size, records, end };
    } finally {
      file.close();
    }
  } catch (error) {
    if (isGone.has(systemCode(error))) return { state: 'missing' };
    throw translateFsError(error, 'read', path);
  }
}
