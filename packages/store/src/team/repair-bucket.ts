import type { CallOptions } from '@cairn/core';
import type { LinksContext } from '../access/links-context.js';
import { linkAgain } from '../maintenance/link-again.js';
import { objectsOfPack } from '../maintenance/object-rows.js';
import { allPacks } from '../maintenance/pack-rows.js';
import type { Problems } from '../maintenance/problems.js';
import type { VerifyContext } from '../maintenance/verify.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { forgetLost } from './forget-lost.js';
import { openBucketPack } from './open-bucket-pack.js';
import { reindexBucket } from './reindex-bucket.js';
import { reindexRecipes } from './reindex-recipes.js';
import { rewritePacks } from './rewrite-bucket.js';

/** What a store over a bucket is verified with. */
export function bucketUnderVerify(context: CollectedBucketContext & LinksContext): VerifyContext {
  return {
    ...context,
    openPack: (pack, options) => openBucketPack(context, pack, options),
    async mend(problems, options) {
      await repairBucket(context, problems, options);
      await linkAgain(context, options);
    },
  };
}

/**
 * Has the index lead to intact copies wherever there are any, and writes anew the packs that are damaged. Whatever it does may be
 * interrupted, is safe beside all others who use the store, and changes nothing when it is done again; see
 * `docs/decisions/018-mending-a-bucket.md`.
 */
async function repairBucket(
  context: CollectedBucketContext,
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { database } = context;
  await forgetLost(database, options);
  const withRecipes = await reindexBucket(context, problems, options);
  // The row of a recipe comes after those of all it lists.
  for (const pack of withRecipes) await reindexRecipes(context, pack, problems, options);
  const sources = (await allPacks(database, options)).filter(({ name }) => problems.packs.has(name));
  await rewritePacks(context, sources, {
    ...options,
    recordsOf: ({ id }) => objectsOfPack(database, id, options),
    onSource: () => undefined,
    onWritten: () => undefined,
  });
}
