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
  let patience = firstPatience;
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
    if (waiting.size >= patience) {
      await shipment.decide([...waiting.keys()], options);
      patience = Math.min(patience * 2, mostPatience);
    }
    yield* settle();
  }
  yield* settle();
}

/** So many results wait for their pack at first, and then twice as many each time. */
const firstPatience = 512;
const mostPatience = 65_536;
