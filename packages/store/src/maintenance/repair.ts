import { join } from 'node:path';
import { type BlobStore, CairnError, type CallOptions, type ErrorCode, type Source } from '@cairn/core';
import { stampOf } from '@cairn/file';
import type { LinksContext } from '../access/links-context.js';
import { packPath } from '../packs/open-pack.js';
import { type PackRecord, recipeKind } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import { decodeRecipe } from '../packs/recipe.js';
import { now, one, type Step } from '../sql/step.js';
import { forgetSeen, nextSeen } from '../stat-cache/seen-files.js';
import type { GroupKey } from '../stat-cache/seen-rows.js';
import { checkWritable, type MaintenanceContext } from './context.js';
import { type FoundRecord, makeFoundRows } from './found-rows.js';
import { objectsByDigest } from './object-rows.js';
import { openFolderPack } from './open-folder-pack.js';
import { type PackEnd, readPackEnd } from './pack-end.js';
import { isIntact, scanRecords } from './pack-scan.js';
import type { Problems } from './problems.js';
import { rewriteDamaged } from './rewrite-packs.js';
import { rewrittenFolder } from './rewritten-folder.js';
import type { VerifyContext } from './verify.js';

const batchCount = 250;

/** What a store in a folder is verified with. */
export function folderUnderVerify(context: MaintenanceContext & LinksContext): VerifyContext {
  return {
    ...context,
    openPack: (pack) => openFolderPack(context, pack),
    checkWritable: () => checkWritable(context),
    mend: (problems, options) => repairStore(context, problems, options),
  };
}

/**
 * Has the index lead to intact copies wherever there are any, stores again what is known to be elsewhere, and writes anew
 * the packs that are damaged.
 */
async function repairStore(
  context: MaintenanceContext,
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { fs, packs } = context;
  for (const file of fs.sync.readdirSync(packs)) {
    options.signal?.throwIfAborted();
    const name = file.endsWith('.pack') ? file.slice(0, -'.pack'.length) : undefined;
    const end = name === undefined ? undefined : readPackEnd(context, name);
    if (name !== undefined && end?.state === 'intact') await reindex(context, name, end, problems, options);
  }
  await storeAgain(context, problems, options);
  await rewriteDamaged(rewrittenFolder(context), problems, options);
  // It says that the store has what may be lost.
  await context.database.write(forgetSeen, options);
}

/** Makes the rows that a pack's table knows and the index doesn't, or knows wrong. */
async function reindex(
  context: MaintenanceContext,
  name: string,
  end: PackEnd & { readonly state: 'intact' },
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { fs, files, hasher, database, packs } = context;
  const path = packPath(packs, name);
  const found: FoundRecord[] = [];
  for await (const window of scanRecords(files, path, end.records, options)) {
    for (let at = 0; at < window.records.length; at += batchCount) {
      const batch = window.records.slice(at, at + batchCount);
      const digests = batch.map(({ digest }) => digest);
      const rows = await objectsByDigest(database, digests, options);
      for (const record of batch) {
        const isKnown = rows.has(keyOf(record.digest)) && problems.of(record.digest) === undefined;
        const bytes = window.bytesOf(record);
        if (isKnown || !isIntact(record, bytes, hasher)) continue;
        found.push({ record, size: sizeOf(record, bytes), isVerified: true });
      }
    }
  }
  if (found.length === 0) return;
  await database.write(function* () {
    if (fs.sync.lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
    yield* makeFoundRows(yield* packId(name, end), found);
  }, options);

  function sizeOf({ kind, length }: PackRecord, bytes: Uint8Array): number {
    if (kind !== recipeKind) return length;
    return decodeRecipe(bytes, hasher).reduce((sum, segment) => sum + segment.length, 0);
  }

  function* packId(pack: string, { size, records }: PackEnd & { readonly state: 'intact' }): Step<number> {
    const known = yield* one('SELECT id FROM packs WHERE name = ?', [pack]);
    if (known !== undefined) return Number(known.id);
    const { mtimeMs, ctimeMs, ino } = stampOf(fs.sync.lstatSync(path), path);
    const row = yield* one(
      `INSERT INTO packs (name, size, record_count, created_at, mtime_ms, ctime_ms, ino)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      [pack, size, records.length, yield* now(), mtimeMs, ctimeMs, ino],
    );
    return Number(row?.id);
  }
}

/** Stores again what is damaged or missing, from files that had these bytes when they were seen last. */
async function storeAgain(
  { blobs, database }: MaintenanceContext,
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  for (let after: GroupKey | undefined; ; ) {
    const groups = await database.read(() => nextSeen(after), options);
    if (groups.length === 0) return;
    for (const { place, folder, files } of groups) {
      after = place;
      for (const [at, name] of files.names.entries()) {
        if (problems.of(files.digestAt(at)) === undefined) continue;
        const source: Source = { kind: 'path', path: join(folder, name), stamp: files.stampAt(at) };
        await tryToStore(blobs, source, options);
      }
    }
  }
}

async function tryToStore(blobs: BlobStore, source: Source, options: CallOptions): Promise<void> {
  try {
    for await (const _ of blobs.put([source], options));
  } catch (error) {
    options.signal?.throwIfAborted();
    // It isn't what it was, or not there: it is no help.
    if (!CairnError.is(error) || !isNoHelp.has(error.code)) throw error;
  }
}

const isNoHelp: ReadonlySet<ErrorCode> = new Set([
  'source_changed',
  'not_found',
  'forbidden',
  'path_invalid',
]);
