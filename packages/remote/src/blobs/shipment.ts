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
import { type SendContext, sendPack } from '../direct/send-pack.js';
import { packToSend } from './pack-to-send.js';

export interface ShipmentContext extends SendContext {
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
  /** Asks at once what the project lacks of these digests, by {@link keyOf}. */
  decide(keys: readonly string[], options: CallOptions): Promise<void>;
  /** Whether the project lacked something of this put; `undefined` as long as that isn't known. */
  wasLacked(key: string): boolean | undefined;
  /** Of what this became known since it was asked last. */
  takeDecided(): readonly string[];
}

export function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('latin1');
}

export function shipment({ wire, line, hasher, sent, basis }: ShipmentContext): Shipment {
  /** What is in packs that were not sent yet, and whether the project lacks it, once that is known. */
  const open = new Map<string, boolean | undefined>();
  /** What was there already. */
  const known = new Set<string>();
  let decided: string[] = [];
  const seen: SavedMemory | undefined = sent?.begin({
    basis,
    lacks: (digests, options = {}) => wire.missing(digests, options),
  });

  async function decide(keys: readonly string[], options: CallOptions): Promise<void> {
    const unknown = keys.filter((key) => open.get(key) === undefined);
    if (unknown.length === 0) return;
    const missing = await wire.missing(
      unknown.map((key) => Buffer.from(key, 'latin1')),
      options,
    );
    for (const [i, key] of unknown.entries()) {
      // Decided by somebody else, and perhaps sent, while this was asked.
      if (!open.has(key) || open.get(key) !== undefined) continue;
      open.set(key, missing[i] === 1);
      if (missing[i] === 0) known.add(key);
      decided.push(key);
    }
  }

  async function send(pack: FinishedPack, options: CallOptions): Promise<void> {
    try {
      const keys = Array.from(readTable(pack.end), ({ digest }) => keyOf(digest));
      await decide(keys, options);
      const wanted = Uint8Array.from(keys, (key) => (open.get(key) ? 1 : 0));
      const toSend = packToSend(pack, wanted, hasher);
      if (toSend !== undefined) await sendPack({ wire, line }, { ...toSend, basis }, options);
      for (const key of keys) open.delete(key);
    } finally {
      await unlink(pack.path).catch(() => undefined);
    }
  }

  return {
    home: {
      begin: async () => ({
        seen: seen ?? noMemory,
        async lacks(digests) {
          for (const digest of digests) open.set(keyOf(digest), undefined);
          return new Uint8Array(digests.length).fill(1);
        },
        add: send,
        async finish(last, options) {
          if (last !== undefined) await send(last.pack, options);
          // A hint: what can't be written down is read again.
          await seen?.save(options).catch(() => options.signal?.throwIfAborted());
        },
      }),
    },
    decide,
    wasLacked: (key) => (open.has(key) ? open.get(key) : !known.has(key)),
    takeDecided() {
      const taken = decided;
      decided = [];
      return taken;
    },
  };
}
