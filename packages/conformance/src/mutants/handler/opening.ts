import { CairnError, type Observation, readAll } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type HandlerMutant, lie, opens } from './lie.js';

/** A handler that passes over one failure of reading. */
function ignores(
  name: string,
  ...codes: readonly ('unavailable' | 'integrity_mismatch' | 'not_found')[]
): HandlerMutant {
  return opens(name, async function* (open, reference, options) {
    let count = 0;
    try {
      for await (const chunk of open(reference, options)) {
        count++;
        yield chunk;
      }
    } catch (error) {
      const isLate = count > 0 || !CairnError.is(error, 'unavailable');
      if (!isLate || !codes.some((code) => CairnError.is(error, code))) throw error;
    }
  });
}

export const openingMutants: readonly HandlerMutant[] = [
  opens('reads up to 4 MiB', async function* (open, reference, options) {
    for await (const bytes of open(reference, options)) yield bytes.subarray(0, 4 * 1024 * 1024);
  }),
  opens('includes the end of a range', (open, reference, { range, ...options }) => {
    const end = range?.end === undefined ? undefined : range.end + 1;
    return open(reference, { ...options, range: range && { start: range.start, end } });
  }),
  opens('refuses a range that holds nothing', async function* (open, reference, options) {
    const bytes = await readAll(open(reference, options));
    if (bytes.length === 0 && options.range !== undefined) throw new CairnError('unavailable', '416');
    yield bytes;
  }),
  lie('serves 20 callers', ({ open }) => {
    let callers = 0;
    return {
      async *open(reference, options) {
        if (++callers > 20) throw new CairnError('unavailable', 'too many callers');
        const bytes = await readAll(open(reference, options)).finally(() => callers--);
        yield bytes;
      },
    };
  }),
  lie('serves a reader only after the last one came to the end', ({ open }) => {
    const busy = new Set<string>();
    return {
      async *open(reference, options) {
        if (busy.has(reference.uri)) throw new CairnError('unavailable', 'the connection is busy');
        let isWhole = false;
        try {
          yield* open(reference, options);
          isWhole = true;
        } finally {
          if (!isWhole && options?.signal === undefined) busy.add(reference.uri);
        }
      },
    };
  }),
  opens('leaves a body open that a reader breaks off', (open, reference, options) => {
    const body = open(reference, options)[Symbol.asyncIterator]();
    return { [Symbol.asyncIterator]: () => ({ next: () => body.next() }) };
  }),
  opens('ends an aborted read as if it were whole', async function* (open, reference, options) {
    options.signal?.throwIfAborted();
    const bytes = await readAll(open(reference, { ...options, signal: undefined }));
    for (let at = 0; at < bytes.length && options.signal?.aborted !== true; at += 65_536) {
      yield bytes.subarray(at, at + 65_536);
    }
  }),
  ignores('takes a lost connection for the end', 'unavailable'),
  ignores('takes wrong bytes for right ones', 'integrity_mismatch'),
  ignores('takes a removed object for an empty one', 'not_found'),
  opens('reads what is there now', (open, reference, options) =>
    open({ ...reference, digest: `uri:${reference.uri}` }, options),
  ),
  opens('keeps no version', (open, { extra: _, ...reference }, options) => open(reference, options), {
    versioned: true,
  }),
  lie('remembers what it saw', ({ observe }) => {
    const seen = new Map<string, Observation[]>();
    return {
      async *observe(uri, options) {
        if (options !== undefined) return yield* observe(uri, options);
        const observations = seen.get(uri) ?? (await collect(observe(uri)));
        seen.set(uri, observations);
        yield* observations;
      },
    };
  }),
  opens("opens the owner's files to anyone", (open, reference, options) =>
    open(reference, { ...options, foreign: false }),
  ),
];
