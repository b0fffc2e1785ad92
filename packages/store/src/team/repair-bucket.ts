import type { CallOptions } from '@cairn/core';
import type { LinksContext } from '../access/links-context.js';
import type { Problems } from '../maintenance/problems.js';
import { rewriteDamaged } from '../maintenance/rewrite-packs.js';
import type { VerifyContext } from '../maintenance/verify.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { forgetLost } from './forget-lost.js';
import { openBucketPack } from './open-bucket-pack.js';
import { reindexBucket } from './reindex-bucket.js';
import { reindexRecipes } from './reindex-recipes.js';
import { rewrittenBucket } from './rewritten-bucket.js';

/** What a store over a bucket is verified with. */
export function bucketUnderVerify(context: CollectedBucketContext & LinksContext): VerifyContext {
  return {
    ...context,
    openPack: (pack, options) => openBucketPack(context, pack, options),
    mend: (problems, options) => repairBucket(context, problems, options),
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
  await forgetLost(context.database, options);
  const withRecipes = await reindexBucket(context, problems, options);
  // The row of a recipe comes after those of all it lists.
  for (const pack of withRecipes) await reindexRecipes(context, pack, problems, options);
  await rewriteDamaged(rewrittenBucket(context), problems, options);
}
