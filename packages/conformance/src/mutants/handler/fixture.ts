import { CairnError, type Observation, type ReferenceEntry } from '@cairn/core';
import { type MemoryHandlerOptions, memoryHandler } from '@cairn/core/memory';
import type { HandlerFixture } from '../../handler/fixture.js';

const pathOf = (uri: string) => uri.slice('memory:'.length);

/** A handler in memory that can do all the suite asks for, and a world in which all that can go wrong can be ordered. */
export function memoryHandlerFixture(options: MemoryHandlerOptions = {}): HandlerFixture {
  const memory = memoryHandler(options);
  const forbidden = new Set<string>();
  const cut = new Set<string>();
  const corrupt = new Set<string>();
  let isConnected = true;
  let listingsBreak = false;
  let connections = 0;

  function check(uri: string): void {
    if (!isConnected) throw new CairnError('unavailable', 'the source is out of reach');
    if (forbidden.has(uri)) throw new CairnError('forbidden', `${uri} may not be seen`);
  }

  function refuse(foreign: boolean | undefined, { uri }: ReferenceEntry): void {
    if (foreign === true) throw new CairnError('scheme_refused', `${uri} is for its owner only`);
  }

  async function* connected<T>(items: AsyncIterable<T>): AsyncIterable<T> {
    connections++;
    try {
      yield* items;
    } finally {
      connections--;
    }
  }

  async function* observe(
    uri: string,
    call?: Parameters<typeof memory.observe>[1],
  ): AsyncIterable<Observation> {
    if (call?.checksum === false) return yield* memory.observe(uri, call);
    call?.signal?.throwIfAborted();
    check(uri);
    let count = 0;
    for await (const observation of connected(memory.observe(uri, call))) {
      if (listingsBreak && ++count > 10) throw new CairnError('unavailable', 'the listing broke off');
      yield observation;
    }
  }

  async function* open(
    reference: ReferenceEntry,
    call?: Parameters<typeof memory.open>[1],
  ): AsyncIterable<Uint8Array> {
    call?.signal?.throwIfAborted();
    refuse(call?.foreign, reference);
    check(reference.uri);
    for await (const chunk of connected(memory.open(reference, call))) {
      if (corrupt.has(reference.uri)) throw new CairnError('integrity_mismatch', 'wrong bytes');
      if (cut.has(reference.uri)) {
        yield chunk.subarray(0, chunk.length / 2);
        throw new CairnError('unavailable', 'the connection was lost');
      }
      yield chunk;
    }
  }

  return {
    handler: {
      ...memory,
      observe,
      open,
      async verify(reference, call) {
        refuse(call?.foreign, reference);
        return memory.verify?.(reference, call) ?? 'unverifiable';
      },
    },
    capabilities: [
      ...(options.versioned ? (['versioned'] as const) : []),
      'contentDigest',
      'private',
      'verify',
      'anyKey',
    ],
    put: (path, bytes) => memory.put(path, bytes),
    prefix: (path) => `memory:${path}`,
    change: (uri, bytes) => void memory.put(pathOf(uri), bytes),
    remove: (uri) => memory.delete(pathOf(uri)),
    forbid: (uri) => void forbidden.add(uri),
    disconnect() {
      isConnected = false;
    },
    breakListings() {
      listingsBreak = true;
    },
    cutBody: (uri) => void cut.add(uri),
    corruptBody: (uri) => void corrupt.add(uri),
    openConnections: () => connections,
  };
}
