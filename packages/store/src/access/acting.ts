import { now, one, type Step } from '../sql/step.js';
import { checkAccepted, fromKeyId, keyColumns, notAccepted } from './key-rows.js';
import type { Actor } from './principal.js';

/**
 * Makes sure that the key by which something is done is accepted until it is done: it may have been revoked since the
 * request began.
 *
 * @throws CairnError `unauthenticated`.
 */
export function* acting({ principal }: Actor): Step<void> {
  if (principal === undefined) return;
  const row = yield* one(
    `SELECT ${keyColumns} FROM access_keys k JOIN users u ON u.id = k.user_id WHERE k.id = ? FOR SHARE`,
    [fromKeyId(principal.key.id)],
  );
  if (row === undefined) throw notAccepted('this key is unknown');
  checkAccepted(row, yield* now());
}
