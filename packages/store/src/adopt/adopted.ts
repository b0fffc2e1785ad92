import { CairnError, type CallOptions } from '@cairn/core';

export interface AdoptOptions extends CallOptions {
  /**
   * Which of these digests (32 bytes each, without the algorithm) recipes in the pack may rely on although they are not in
   * it: one byte for each, 1 for those. What the store lacks is never relied on. Default: all that the store has.
   */
  readonly linked?:
    | ((digests: readonly Uint8Array[], options?: CallOptions) => Promise<Uint8Array>)
    | undefined;
  /** The largest pack that is taken, in bytes. Default: 80 MiB. */
  readonly maxBytes?: number | undefined;
}

/** What was in a pack that the store made its own. */
export interface AdoptedPack {
  /** Of all its records, in their order: 32 bytes each, without the algorithm. */
  readonly digests: readonly Uint8Array[];
  /** Of the pack, in bytes. */
  readonly size: number;
}

/** @param what What is wrong with the pack, as the end of a sentence. */
export function refused(what: string, cause?: unknown): CairnError {
  return new CairnError('integrity_mismatch', `the pack that was sent ${what}`, {
    hint: 'Send it again, from where it was made.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The same for what is not there, what is not there any more, and what the sender may not know of. */
export function lacking(): CairnError {
  return new CairnError('conflict', 'the pack that was sent relies on what is not here', {
    hint: 'Ask again what is missing, and send it too.',
    isRetryable: true,
  });
}
