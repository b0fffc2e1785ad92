import type { Deviation } from '@cairn/conformance';

/** Where a server departs from Cloud Storage. A gap that is none any more fails the run. */
export interface ServerGaps {
  /** In the contract with servers. */
  readonly server: readonly Deviation[];
  /** In what an object store promises. */
  readonly store: readonly Deviation[];
}

export const fakeGcsServerGaps: ServerGaps = {
  server: [
    {
      case: 'says that a generation was deleted for good',
      reason: 'a generation that is deleted by its number becomes a noncurrent one',
    },
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
    { case: 'signs no write of what is there already', reason: 'it knows no conditions of signed writes' },
    { case: 'signs all of the URL of a write, its time too', reason: 'it checks no signatures' },
  ],
};
