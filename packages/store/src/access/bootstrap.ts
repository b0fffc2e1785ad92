import { CairnError, checkName } from '@cairn/core';
import { all, now, one, run, type Step } from '../sql/step.js';
import { addAudit } from './audit.js';
import { addKey } from './keys.js';
import type { KeyRecord } from './principal.js';
import { hashOf } from './secrets.js';

export function* addToken(token: string, lifetimeMs: number): Step<number> {
  const at = yield* now();
  const expiresAt = at + lifetimeMs;
  yield* run('DELETE FROM bootstrap_tokens WHERE expires_at <= ?', [at]);
  yield* run('INSERT INTO bootstrap_tokens (hash, expires_at) VALUES (?, ?)', [hashOf(token), expiresAt]);
  yield* addAudit({ by: {}, action: 'bootstrap.create', outcome: 'done' });
  return expiresAt;
}

export interface Redemption {
  readonly token: string;
  readonly user: string;
  readonly keyName: string;
  /** Of the key to make. */
  readonly secret: string;
  readonly requestId: string | undefined;
}

export function* redeemToken({ token, user, keyName, secret, requestId }: Redemption): Step<KeyRecord> {
  checkName(user, 'user name');
  checkName(keyName, 'key name');
  const at = yield* now();
  const known = yield* one('SELECT 1 AS found FROM bootstrap_tokens WHERE hash = ?', [hashOf(token)]);
  if (known === undefined) throw noToken();
  // Of several at once the first takes all tokens; the others wait for it, and find none left.
  const taken = yield* all('DELETE FROM bootstrap_tokens RETURNING hash, expires_at');
  const own = taken.find(({ hash }) => Buffer.compare(hash as Uint8Array, hashOf(token)) === 0);
  if (own === undefined || Number(own.expires_at) <= at) throw noToken();
  const row = yield* one(
    `INSERT INTO users (name, is_admin, created_at) VALUES (?, 1, ?)
     ON CONFLICT (name) DO UPDATE SET is_admin = 1, disabled_at = NULL RETURNING id`,
    [user, at],
  );
  const scopes = [{ entity: '*', project: '*', role: 'admin' }] as const;
  const key = yield* addKey(
    { userRow: Number(row?.id), name: keyName, scopes, end: null, createdBy: undefined },
    secret,
    at,
  );
  yield* addAudit({
    by: { requestId },
    action: 'bootstrap.redeem',
    target: `${key.id} ${user}`,
    outcome: 'done',
  });
  return key;
}

export function noToken(): CairnError {
  return new CairnError('unauthenticated', 'this token is unknown, used or expired', {
    hint: 'Whoever has the machine can make another one.',
  });
}
