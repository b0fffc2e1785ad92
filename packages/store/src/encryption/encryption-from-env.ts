import { readFileSync } from 'node:fs';
import { CairnError, quote } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import type { StoreEncryption } from './encryption.js';

/**
 * The key that the environment names, in `CAIRN_ENCRYPTION_KEY`, or in a file whose path is in `CAIRN_ENCRYPTION_KEY_FILE`.
 *
 * @throws CairnError `conflict` when both are set; `not_found`, `forbidden`, `unavailable` when the file can't be read.
 */
export function encryptionFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
): StoreEncryption | undefined {
  const { CAIRN_ENCRYPTION_KEY: key, CAIRN_ENCRYPTION_KEY_FILE: path } = env;
  if (key && path) {
    throw new CairnError('conflict', 'CAIRN_ENCRYPTION_KEY and CAIRN_ENCRYPTION_KEY_FILE are both set', {
      hint: 'Unset one of them.',
    });
  }
  if (key) return { key };
  if (!path) return undefined;
  try {
    return { key: readFileSync(path, 'utf8') };
  } catch (error) {
    const failure = translateFsError(error, 'read the key from', path);
    if (!CairnError.is(failure, 'not_found')) throw failure;
    throw new CairnError('not_found', `there is no encryption key at ${quote(path)}`, {
      hint: 'CAIRN_ENCRYPTION_KEY_FILE names it.',
      cause: error,
    });
  }
}
