import type { AnyIterable, PutResult, Source, TransferOptions } from '@cairn/core';
import { type Putter, rawDigest } from '@cairn/store/engine';
import { keyOf, type Shipment } from './shipment.js';

/**
 * Stores sources in a project of a server; see `BlobStore.put`. What the engine calls new is only new to this put: a result waits
 * until the server has said what it lacks.
 */
export async function* putBlobs(
  putter: Putter,
  shipment: Shipment,
  sources: AnyIterable<Source>,
  options: TransferOptions,
): AsyncGenerator<PutResult, void, undefined> {
  const waiting = new Map<string, PutResult>();
  const settled: PutResult[] = [];
  const settle = () => {
    for (const [key, created] of shipment.takeDecided()) {
      const result = waiting.get(key);
      if (result === undefined) continue;
      waiting.delete(key);
      settled.push({ ...result, created });
    }
    return settled.splice(0);
  };
  for await (const result of putter.put(shipment.home, sources, options)) {
    if (result.created) waiting.set(keyOf(rawDigest(result.digest)), result);
    else yield result;
    yield* settle();
  }
  yield* settle();
}
