import { CairnError, concatBytes, type Source } from '@cairn/core';
import { type BlobStoreMutant, lie } from './lie.js';

export const failingMutants: readonly BlobStoreMutant[] = [
  lie("hides a stream's error behind its own", ({ put }) => ({
    async *put(sources, options) {
      try {
        yield* put(sources, options);
      } catch (error) {
        if (CairnError.is(error) || options?.signal?.aborted === true) throw error;
        throw new CairnError('unavailable', 'something went wrong');
      }
    },
  })),
  lie('stores what came of a stream before it broke', ({ put }) => ({
    put(sources, options) {
      async function* rescued(): AsyncIterable<Source> {
        for await (const source of sources) {
          if (source.kind !== 'stream') yield source;
          else {
            const chunks: Uint8Array[] = [];
            let failure: { error: unknown } | undefined;
            try {
              for await (const chunk of source.open()) {
                options?.signal?.throwIfAborted();
                chunks.push(chunk.slice());
              }
            } catch (error) {
              failure = { error };
            }
            yield { kind: 'bytes', bytes: concatBytes(chunks) };
            if (failure !== undefined) throw failure.error;
          }
        }
      }
      return put(rescued(), { onBytes: options?.onBytes });
    },
  })),
  lie('takes sources by hand and closes them never', ({ put }) => ({
    put(sources, options) {
      const taken: AsyncIterator<Source> | Iterator<Source> =
        Symbol.asyncIterator in sources ? sources[Symbol.asyncIterator]() : sources[Symbol.iterator]();
      return put({ [Symbol.asyncIterator]: () => ({ next: async () => taken.next() }) }, options);
    },
  })),
  lie('is out of order after a failure', ({ put }) => {
    let broken = false;
    return {
      async *put(sources, options) {
        if (broken) throw new CairnError('unavailable', 'the queue is stuck');
        try {
          yield* put(sources, options);
        } catch (error) {
          broken = true;
          throw error;
        }
      },
    };
  }),
  lie('looks at no signal while it puts', ({ put }) => ({
    put: (sources, options) => put(sources, { onBytes: options?.onBytes }),
  })),
  lie('takes a source before it looks at the signal', ({ put }) => ({
    async *put(sources, options) {
      const all: Source[] = [];
      for await (const source of sources) {
        all.push(source);
        options?.signal?.throwIfAborted();
      }
      yield* put(all, options);
    },
  })),
];
