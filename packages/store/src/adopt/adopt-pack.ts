import { join } from 'node:path';
import type { AnyIterable } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import type { PackHome } from '../blobs/pack-home.js';
import type { HashedBlob } from '../ingest/hashed.js';
import { newPackName, type PackPlace, settlePack } from '../packs/open-pack.js';
import { recipeKind } from '../packs/pack-format.js';
import type { AdoptedPack, AdoptOptions } from './adopted.js';
import { checkPack } from './check-pack.js';
import { checkRecipe, type RecipeContext } from './check-recipe.js';
import { spool } from './spool.js';

export interface AdoptContext extends RecipeContext {
  readonly home: PackHome;
  readonly place: PackPlace;
  /** What the pack is called, where it has a name already. */
  readonly name?: string | undefined;
}

const defaultMaxBytes = 80 * 1024 * 1024;

/**
 * Takes a pack that somebody else made. Every record is read and compared with its digest, those of recipes by putting their
 * blobs together, before anybody can see any of it; then it is as durable as a pack of one's own. What the store has already
 * stays as it is; what is damaged there is replaced.
 *
 * @param bytes Of the pack's file.
 * @throws CairnError `integrity_mismatch` when it is no pack or something in it isn't what its digest says; `conflict` when a
 * recipe relies on what isn't there, or not any more; `quota_exceeded`; `storage_full`, `storage_readonly`, `unavailable`.
 */
export async function adoptPack(
  context: AdoptContext,
  bytes: AnyIterable<Uint8Array>,
  { linked, maxBytes = defaultMaxBytes, signal }: AdoptOptions,
): Promise<AdoptedPack> {
  const { place, home, reader, name = newPackName() } = context;
  signal?.throwIfAborted();
  const path = join(place.temp, name);
  try {
    await spool(place, path, bytes, { maxBytes, signal });
    const intake = await home.begin({ signal });
    const checked = await checkPack(context, path, { signal });
    const { size, end, records } = checked;
    const recipes: HashedBlob[] = [];
    for (const record of records) {
      if (record.kind !== recipeKind) continue;
      recipes.push(await checkRecipe(context, checked, record, { linked, signal }));
    }
    const digests = records.map(({ digest }) => digest);
    // What is damaged in a pack that is suspect is replaced.
    if (await reader.hasSuspects()) await intake.lacks(digests, { signal });
    signal?.throwIfAborted();
    const pack = settle(place, { path, name, size, end });
    await intake.finish({ pack, recipes }, { signal });
    return { digests, size };
  } finally {
    try {
      place.fs.unlinkSync(path);
    } catch {
      // It has its name by now, or was never made.
    }
  }
}

function settle(place: PackPlace, pack: Parameters<typeof settlePack>[1]): ReturnType<typeof settlePack> {
  try {
    return settlePack(place, pack);
  } catch (error) {
    throw translateFsError(error, 'write to', place.packs);
  }
}
