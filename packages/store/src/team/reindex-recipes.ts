import { CairnError, type CallOptions } from '@cairn/core';
import { isUnreadable } from '../access/links-context.js';
import { type FoundRecord, makeFoundRows } from '../maintenance/found-rows.js';
import { isIntact } from '../maintenance/pack-scan.js';
import type { Problems } from '../maintenance/problems.js';
import { rawDigest, recipeKind } from '../packs/pack-format.js';
import { keyOf, rescue } from '../packs/pack-index.js';
import { decodeRecipe } from '../packs/recipe.js';
import { readEndOfObject } from './bucket-packs.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { scanBucketPack } from './open-bucket-pack.js';
import type { IndexedPack } from './reindex-bucket.js';
import { wantedRecords } from './wanted-records.js';

/** How many segments and chunks are seen to in one transaction, at least. */
const partsAtOnce = 10_000;

/**
 * Makes the rows of the recipes in a pack that the index lacks or knows wrong. One whose segments and chunks are not all
 * there gets none: who finds a recipe relies on all of its blob.
 */
export async function reindexRecipes(
  context: CollectedBucketContext,
  pack: IndexedPack,
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { database, hasher, reader } = context;
  const end = await readEndOfObject(context, pack, options);
  if (end.state !== 'intact') return;
  const records = end.records.filter(({ kind }) => kind === recipeKind);
  const { lacking, doubtful } = await wantedRecords(database, { records, problems }, options);
  const toRead = [...lacking, ...doubtful].sort((a, b) => a.start - b.start);
  let found: FoundRecord[] = [];
  let parts: Uint8Array[] = [];
  for await (const window of scanBucketPack(context, pack, toRead, options)) {
    for (const record of window.records) {
      const bytes = window.bytesOf(record);
      if (!isIntact(record, bytes, hasher)) continue;
      const own = await partsOf(record.digest, bytes);
      if (own === undefined) continue;
      found.push({ record, size: own.size, isVerified: true });
      parts.push(...own.parts);
      if (parts.length >= partsAtOnce) await flush();
    }
  }
  await flush();

  /** What a recipe lists; `undefined` when some of it is not there, or isn't what the recipe says. */
  async function partsOf(
    digest: Uint8Array,
    bytes: Uint8Array,
  ): Promise<{ readonly size: number; readonly parts: Uint8Array[] } | undefined> {
    let size = 0;
    const listed: Uint8Array[] = [];
    const hash = hasher.create();
    let isRight = true;
    try {
      for (const segment of decodeRecipe(bytes, hasher)) {
        size += segment.length;
        listed.push(segment.digest);
        const chunks = await reader.chunks(segment, options);
        const digests = chunks.map((chunk) => chunk.digest);
        listed.push(...digests);
        if (!pack.isFound && !pack.isSuspect) continue;
        const lengths = chunks.map(({ length }) => length);
        isRight &&= lengths.reduce((sum, length) => sum + length, 0) === segment.length;
        let next = 0;
        for await (const { bytes: part } of reader.fetchAll(digests, options)) {
          hash.update(part);
          isRight &&= lengths[next++] === part.length;
        }
      }
      // A digest of its own says of each record that it is right, and of a recipe only that it is as it was written.
      if ((pack.isFound || pack.isSuspect) && !(isRight && rawDigest(hash.digest()).equals(digest)))
        return undefined;
      const there = await reader.find(listed, options);
      return there.size === new Set(listed.map(keyOf)).size ? { size, parts: listed } : undefined;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  }

  async function flush(): Promise<void> {
    if (found.length === 0) return;
    try {
      await database.write(() => makeFoundRows(pack.id, found, () => rescue(parts)), options);
    } catch (error) {
      // Something they list went just now: the next repair looks again.
      if (!CairnError.is(error, 'conflict')) throw error;
    }
    [found, parts] = [[], []];
  }
}
