import type { Deviation } from '@cairn/conformance';

/** Where a server departs from S3. A gap that is none any more fails the run. */
export interface ServerGaps {
  /** In the contract with servers. */
  readonly server: readonly Deviation[];
  /** In what an object store promises. */
  readonly store: readonly Deviation[];
  /** Cases that this server meets or not as luck has it; they aren't run. */
  readonly byChance: readonly string[];
}

export const unsealed: Deviation = {
  case: 'encrypts as it is told, at once and in parts',
  reason: 'it has no encryption',
};
const files = 'it keeps objects as files';

export const versityGwGaps: ServerGaps = {
  server: [
    { case: 'keeps keys with segments that are dots', reason: files },
    { case: 'keeps keys with a slash at the end', reason: `${files}: a folder has no bytes` },
    { case: 'keeps keys that are folders of other keys', reason: files },
    {
      case: 'keeps keys with control characters',
      reason: 'it ignores encoding-type in the listing of versions',
    },
    unsealed,
  ],
  store: [
    { case: 'keeps keys that are no paths of a folder', reason: files },
    { case: 'keeps keys of 1,024 bytes', reason: `${files}, whose names have at most 255 bytes` },
    { case: 'lists keys that start with a text, whatever follows', reason: files },
    { case: 'deletes the objects it is told to, and no others', reason: files },
  ],
  // It looks whether a key is there, and then writes.
  byChance: ['lets one of many writers win', 'lets one of 20 callers win who write an absent object at once'],
};

const unconditional = 'it answers 501 to If-None-Match on writes';

export const swiftGaps: ServerGaps = {
  server: [
    { case: 'says that a version is none', reason: 'it answers 500 to an id that it never gave' },
    { case: 'reads what was written before there were versions', reason: 'it finds no version null' },
    { case: 'lets one of many writers win', reason: unconditional },
    unsealed,
  ],
  store: [
    { case: 'refuses to replace an object where it is to be absent', reason: unconditional },
    { case: 'lets one of 20 callers win who write an absent object at once', reason: unconditional },
    { case: 'signs a write, which needs no credentials', reason: unconditional },
    { case: 'signs a write of one length alone', reason: unconditional },
    { case: 'signs a write of one object alone, and no reading or deleting', reason: unconditional },
    { case: 'signs no write of what is there already', reason: unconditional },
    { case: 'signs all of the URL of a write, its time too', reason: unconditional },
  ],
  byChance: [],
};

export const motoGaps: ServerGaps = {
  server: [
    { case: 'refuses wrong credentials', reason: 'it checks no signatures' },
    { case: 'keeps keys with control characters', reason: 'it answers with a page of HTML' },
  ],
  store: [
    { case: 'signs for one range alone', reason: 'it checks no signatures' },
    { case: 'signs for one object and for reading alone', reason: 'it checks no signatures' },
    { case: 'signs all of the URL, its time too', reason: 'it checks no signatures' },
    { case: 'signs for no longer than it is told', reason: 'it checks no signatures' },
    { case: 'signs a write of one length alone', reason: 'it checks no signatures' },
    {
      case: 'signs a write of one object alone, and no reading or deleting',
      reason: 'it checks no signatures',
    },
    { case: 'signs no write of what is there already', reason: 'it checks no signatures' },
    { case: 'signs all of the URL of a write, its time too', reason: 'it checks no signatures' },
  ],
  byChance: [],
};
