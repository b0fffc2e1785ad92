import { now, one, type Step } from '../sql/step.js';
import { checkAccepted, fromKeyId, keyColumns, memberships, notAccepted, toPrincipal } from './key-rows.js';
import type { Actor } from './principal.js';

/**
 * Who acts, as of now and until it is done: since the request began the key may have been revoked, or its owner have lost a
 * role.
 *
 * @throws CairnError `unauthenticated`.
 */
export function* acting(by: Actor): Step<Actor> {
  if (by.principal === undefined) return by;
  const row = yield* one(
    `SELECT ${keyColumns}, ${memberships} FROM access_keys k JOIN users u ON u.id = k.user_id WHERE k.id = ? FOR SHARE`,
    [fromKeyId(by.principal.key.id)],
  );
  if (row === undefined) throw notAccepted('this key is unknown');
  checkAccepted(row, yield* now());
  return { ...by, principal: toPrincipal(row) };
}
