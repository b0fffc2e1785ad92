import { CairnError, type CallOptions, readAll } from '@cairn/core';
import { encodeFrame, type Frame, maxReadBytes, nameDigest } from '@cairn/remote/protocol';
import type { ServedStore } from '../served-store.js';

/** How many blobs are read ahead of the one that is sent: few bytes, and enough for a bucket's latency. */
const ahead = 16;

/**
 * A frame for each digest, in order.
 *
 * @param linked Which of them the project has, 1 for those.
 */
export async function* framesOf(
  store: ServedStore,
  digests: readonly Uint8Array[],
  linked: Uint8Array,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const sizes = await store.sizesOf(digests, options);
  const coming: Promise<Frame>[] = [];
  for (let i = 0; i < digests.length + ahead; i++) {
    if (i < digests.length) {
      const frame = frameOf(i);
      frame.catch(() => undefined); // it is met when its turn comes
      coming.push(frame);
    }
    if (i >= ahead || i >= digests.length) {
      const next = coming.shift();
      if (next !== undefined) yield* encodeFrame(await next);
    }
  }

  async function frameOf(index: number): Promise<Frame> {
    const size = linked[index] === 1 ? sizes[index] : undefined;
    if (size === undefined) return { kind: 'missing', index };
    if (size > maxReadBytes) return { kind: 'large', index, size };
    const digest = nameDigest(store.format.algorithm, digests[index] as Uint8Array);
    try {
      return { kind: 'bytes', index, bytes: await readAll(store.blobs.open(digest, options)) };
    } catch (failure) {
      if (CairnError.is(failure, 'integrity_mismatch')) return { kind: 'damaged', index };
      if (CairnError.is(failure, 'not_found')) return { kind: 'missing', index };
      throw failure;
    }
  }
}
