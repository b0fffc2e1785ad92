import { CairnError } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type HandlerMutant, lie, opens, sees } from './lie.js';

/** A handler that turns one failure of looking into something else. */
function turns(
  name: string,
  code: 'not_found' | 'forbidden' | 'unavailable',
  instead: () => Error | undefined,
): HandlerMutant {
  return lie(name, ({ observe }) => ({
    async *observe(uri, options) {
      try {
        yield* observe(uri, options);
      } catch (error) {
        const other = CairnError.is(error, code) ? instead() : (error as Error);
        if (other !== undefined) throw other;
      }
    },
  }));
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

let glances = 0;

export const observingMutants: readonly HandlerMutant[] = [
  lie('writes its scheme as people write it', () => ({ schemes: ['Memory'] })),
  sees('says no size', ({ size: _, ...observation }) => observation),
  sees('takes an object without bytes for none', (observation) =>
    observation.kind === 'object' && observation.size === 0 ? undefined : observation,
  ),
  sees('decodes names that are not encoded', (observation) => ({
    ...observation,
    path: decode(observation.path),
  })),
  sees('sees something new every time', (observation) => ({
    ...observation,
    extra: { glance: String(glances++) },
  })),
  lie('calls a digest of the contents a validator', ({ observe, open, verify }) => ({
    async *observe(uri, options) {
      for await (const observation of observe(uri, options)) {
        const [scheme, value] = observation.digest.split(':');
        yield scheme === 'uri' ? observation : { ...observation, digest: `etag:${value}` };
      }
    },
    open: (reference, options) =>
      open({ ...reference, digest: reference.digest.replace('etag:', 'blake3:') as 'blake3:' }, options),
    verify: async (reference, options) =>
      (await verify?.(
        { ...reference, digest: reference.digest.replace('etag:', 'blake3:') as 'blake3:' },
        options,
      )) ?? 'unverifiable',
  })),
  sees('keeps the address by which it came', (observation) => ({
    ...observation,
    extra: { ...observation.extra, address: 'https://user:secret@example.org/' },
  })),
  lie('looks though it is not to', ({ observe }) => ({
    observe: (uri, options) => observe(uri, { ...options, checksum: true }),
  })),
  opens('can not read what it did not look at', async function* (open, reference, options) {
    if (reference.digest.startsWith('uri:')) throw new CairnError('reference_changed', 'nobody knows');
    yield* open(reference, options);
  }),
  turns('takes nothing for an empty folder', 'not_found', () => undefined),
  turns(
    'takes what it may not see for missing',
    'forbidden',
    () => new CairnError('not_found', 'nothing is there'),
  ),
  turns('passes on what its client says', 'unavailable', () => new Error('ECONNREFUSED')),
  lie('takes nothing out of reach for worth a retry', ({ open }) => ({
    async *open(reference, options) {
      try {
        yield* open(reference, options);
      } catch (error) {
        if (!CairnError.is(error, 'unavailable')) throw error;
        throw new CairnError('unavailable', 'no luck', { isRetryable: false });
      }
    },
  })),
  lie('looks at no signal', ({ observe }) => ({
    async *observe(uri, options) {
      yield* await collect(observe(uri, { ...options, signal: undefined }));
    },
  })),
];
