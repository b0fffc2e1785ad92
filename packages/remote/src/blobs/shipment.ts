import { unlink } from 'node:fs/promises';
import type { CallOptions, Hasher } from '@cairn/core';
import {
  type FinishedPack,
  noMemory,
  type OwnMemory,
  type PackHome,
  readTable,
  type SavedMemory,
} from '@cairn/store/engine';
import { packToSend } from './pack-to-send.js';
import type { ProjectWire } from './project-wire.js';

export interface ShipmentContext {
  readonly wire: ProjectWire;
  readonly hasher: Hasher;
  /** What is known of files that were sent; `undefined` when nothing can be remembered. */
  readonly sent: OwnMemory | undefined;
  /** What the put relies on. */
  readonly basis: string;
}

/**
 * The home of one put's packs: a project of a server. What is hashed goes into packs at once, and the server is asked what of a
 * pack it lacks when the pack is full: a request for tens of thousands of files, not for every few hundred.
 */
export interface Shipment {
  readonly home: PackHome;
  /** Asks at once what the project lacks of these, by {@link keyOf}. */
  decide(keys: readonly string[], options: CallOptions): Promise<void>;
  /** What became known since this was called last: for each digest, by {@link keyOf}, whether the project lacked it. */
  takeDecided(): ReadonlyMap<string, boolean>;
}

export function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('latin1');
}

export function shipment({ wire, hasher, sent, basis }: ShipmentContext): Shipment {
  let decided = new Map<string, boolean>();
  /** What is known of digests that are in no pack yet that was sent. */
  const verdicts = new Map<string, boolean>();
  const seen: SavedMemory | undefined = sent?.begin({
    basis,
    lacks: (digests, options = {}) => wire.missing(digests, options),
  });

  async function decide(keys: readonly string[], options: CallOptions): Promise<void> {
    const unknown = keys.filter((key) => !verdicts.has(key));
    if (unknown.length === 0) return;
    const missing = await wire.missing(
      unknown.map((key) => Buffer.from(key, 'latin1')),
      options,
    );
    for (const [i, key] of unknown.entries()) {
      verdicts.set(key, missing[i] === 1);
      decided.set(key, missing[i] === 1);
    }
  }

  async function send(pack: FinishedPack, options: CallOptions): Promise<void> {
    try {
      const keys = Array.from(readTable(pack.end), ({ digest }) => keyOf(digest));
      await decide(keys, options);
      const wanted = Uint8Array.from(keys, (key) => (verdicts.get(key) ? 1 : 0));
      const toSend = packToSend(pack, wanted, hasher);
      if (toSend !== undefined) await wire.addPack({ ...toSend, basis }, options);
      for (const key of keys) verdicts.delete(key);
    } finally {
      await unlink(pack.path).catch(() => undefined);
    }
  }

  return {
    home: {
      begin: async () => ({
        seen: seen ?? noMemory,
        lacks: async (digests) => new Uint8Array(digests.length).fill(1),
        add: send,
        async finish(last, options) {
          if (last !== undefined) await send(last.pack, options);
          // A hint: what can't be written down is read again.
          await seen?.save(options).catch(() => options.signal?.throwIfAborted());
        },
      }),
    },
    decide,
    takeDecided() {
      const taken = decided;
      decided = new Map();
      return taken;
    },
  };
}
