import { digestKind } from './digest.js';
import type { ReferenceEntry } from './entry.js';
import { CairnError } from './errors.js';
import type { ReferenceOptions, ReferenceState, StorageHandler } from './seams/storage-handler.js';

/**
 * Whether an object still is the one that was recorded: as its handler verifies it, else by observing it again. To observe
 * is to ask whatever the URI names, so a handler that can't verify is not asked about a foreign reference.
 *
 * @throws CairnError what the handler throws, but `not_found`.
 */
export async function checkReference(
  handler: StorageHandler,
  entry: ReferenceEntry,
  options: ReferenceOptions,
): Promise<ReferenceState> {
  if (handler.verify !== undefined) return handler.verify(entry, options);
  if (options.foreign === true || digestKind(entry.digest) === 'unverified') return 'unverifiable';
  try {
    for await (const { digest, size } of handler.observe(entry.uri, {
      signal: options.signal,
      maxObjects: 1,
    })) {
      return digest === entry.digest && size === entry.size ? 'match' : 'changed';
    }
    return 'missing';
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return 'missing';
    throw error;
  }
}
