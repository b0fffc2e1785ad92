import { randomBytes } from 'node:crypto';
import { copyFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CairnError, quote } from '@cairn/core';
import { syncFolder, translateFsError } from '@cairn/file';
import type { StoreEncryption } from '../encryption/encryption.js';
import type { VerifyProgress, VerifyReport } from '../maintenance/verify.js';
import { openStore } from '../open-store.js';
import { databaseOf } from '../store-folder.js';
import { checkStore, inTheWay, namesIn } from './backup-store.js';
import { type CopyStoreOptions, copyKeys, copyStore } from './copy-store.js';
import { leaveEpoch } from './leave-epoch.js';

export interface RestoreStoreOptions extends CopyStoreOptions {
  /** What opens the backup of an encrypted store: the key that opened the store when the backup was made. */
  readonly encryption?: StoreEncryption | undefined;
  readonly onVerifyProgress?: ((event: VerifyProgress) => void) | undefined;
}

/**
 * Makes a store of a backup, in a folder that has nothing yet. Every byte is read and compared with its digest before the folder
 * gets its name: a store that is there is whole.
 *
 * @returns What was read.
 * @throws CairnError `not_found` when there is no backup; `path_conflict` when something is in the way; `integrity_mismatch`
 * when the backup is damaged, naming the first problem; `unauthenticated`, `forbidden`, `conflict` as `openStore` does;
 * `storage_full`, `forbidden`, `unavailable`.
 */
export async function restoreStore(
  backup: string,
  to: string,
  { onVerifyProgress, encryption, ...options }: RestoreStoreOptions = {},
): Promise<VerifyReport> {
  const [source, target] = [resolve(backup), resolve(to)];
  await checkStore(source);
  if ((await namesIn(target)).length > 0) throw inTheWay(target, 'it holds something already');
  const staged = join(dirname(target), `.cairn-restoring-${randomBytes(8).toString('hex')}`);
  try {
    await copyStore(source, staged, options);
    await copyKeys(source, staged);
    await copyFile(join(source, 'FORMAT'), join(staged, 'FORMAT'));
    const report = await verifyAt(staged, encryption, {
      onProgress: onVerifyProgress,
      signal: options.signal,
    });
    if (!report.ok) throw damaged(source, report);
    await leaveEpoch(databaseOf(staged));
    await rmdir(target).catch(() => undefined);
    await rename(staged, target);
    await syncFolder(dirname(target));
    return report;
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    throw CairnError.is(error) || options.signal?.aborted
      ? error
      : translateFsError(error, 'restore to', target);
  }
}

async function verifyAt(
  folder: string,
  encryption: StoreEncryption | undefined,
  options: Parameters<Awaited<ReturnType<typeof openStore>>['verify']>[0],
): Promise<VerifyReport> {
  const store = await openStore(folder, { create: false, encryption });
  try {
    return await store.verify(options);
  } finally {
    await store.close();
  }
}

function damaged(backup: string, { problems, problemCount }: VerifyReport): CairnError {
  const first = problems[0]?.message ?? 'something is wrong';
  const more = problemCount > 1 ? ` and ${problemCount - 1} more` : '';
  return new CairnError('integrity_mismatch', `the backup ${quote(backup)} is damaged: ${first}${more}`, {
    hint: 'Nothing was restored. Take another backup; or open this one as a store, to save what is whole.',
  });
}
