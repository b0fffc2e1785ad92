import { CairnError, concatBytes, quote } from '@cairn/core';
import { algorithmHeader, digestBytes, splitDigests } from '@cairn/remote/protocol';
import type { Call } from '../call.js';
import { readBody } from '../http/read-body.js';

/** The digests in a body. @throws CairnError `unsupported_format`, `conflict` when they are by another algorithm. */
export async function readDigests(call: Call, max: number): Promise<Uint8Array[]> {
  checkAlgorithm(call);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(call.request, call.env, max * digestBytes)) chunks.push(chunk);
  return splitDigests(concatBytes(chunks), max);
}

/** Makes sure that who sends binary digests speaks of the same algorithm. */
export function checkAlgorithm({ request, services: { store } }: Call): void {
  const { algorithm } = store.format;
  const said = request.headers.get(algorithmHeader);
  if (said === algorithm) return;
  throw new CairnError('conflict', `the store has ${algorithm} digests, not ${quote(said ?? '')}`, {
    hint: `Send the header Cairn-Algorithm: ${algorithm}, and digests by it.`,
  });
}
