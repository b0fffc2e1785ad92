import type { Deviation } from '@cairn/conformance';

/** Where a server departs from S3. A gap that is none any more fails the run. */
export interface ServerGaps {
  /** In the contract with servers. */
  readonly server: readonly Deviation[];
  /** In what an object store promises. */
  readonly store: readonly Deviation[];
  /** Cases of the object store that this server meets by chance, because of a gap in the contract; they aren't run. */
  readonly byChance: readonly string[];
}
