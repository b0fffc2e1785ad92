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
  for await (const result of putter.put(shipment.home, sources, options)) {
    yield* settled(waiting, shipment);
    const key = keyOf(rawDigest(result.digest));
    const created = result.created ? shipment.wasLacked(key) : false;
    if (created === undefined) waiting.set(key, result);
    else yield { ...result, created };
    if (waiting.size < patience) continue;
    await shipment.decide([...waiting.keys()], options);
    patience = Math.min(patience * 2, mostPatience);
    yield* settled(waiting, shipment);
  }
  yield* settled(waiting, shipment);
}

/** The results that need wait no more. */
function* settled(waiting: Map<string, PutResult>, shipment: Shipment): Generator<PutResult> {
  for (const key of shipment.takeDecided()) {
    const result = waiting.get(key);
    if (result === undefined) continue;
    waiting.delete(key);
    yield { ...result, created: shipment.wasLacked(key) ?? false };
  }
}

/** So many results wait for their pack at first, and then twice as many each time. */
const firstPatience = 512;
const mostPatience = 65_536;
