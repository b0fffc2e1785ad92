import type { KeyRecord, Scope } from '@cairn/store';
import { agoText } from '../output/format.js';
import type { ListRequest } from '../output/print-list.js';

/** A key as `--json` prints it. */
export function keyJson(key: KeyRecord): object {
  const { id, user, name, start, scopes, createdBy = null, createdAt } = key;
  const { expiresAt = null, revokedAt = null, lastUsedAt = null } = key;
  const dates = { created: createdAt, expires: expiresAt, revoked: revokedAt, lastUsed: lastUsedAt };
  return { id, user, name, start, scopes, createdBy, ...dates };
}

/** As `--scope` takes it. */
export function scopeText({ entity, project, role }: Scope): string {
  return entity === '*' ? `*:${role}` : `${entity}/${project}:${role}`;
}

export function stateText({ revokedAt, expiresAt }: KeyRecord, now: number = Date.now()): string {
  if (revokedAt !== undefined) return 'revoked';
  if (expiresAt === undefined) return 'valid';
  return Date.parse(expiresAt) <= now ? 'expired' : `until ${expiresAt.slice(0, 10)}`;
}

export const keyList: ListRequest<KeyRecord> = {
  columns: [
    { heading: 'ID', text: ({ id }) => id, color: ({ cyan }) => cyan },
    { heading: 'USER', shrinks: true, drops: 3, text: ({ user }) => user },
    { heading: 'NAME', shrinks: true, text: ({ name }) => name },
    { heading: 'STARTS', drops: 1, text: ({ start }) => start },
    { heading: 'SCOPES', shrinks: true, text: ({ scopes }) => scopes.map(scopeText).join(', ') },
    { heading: 'STATE', text: (key) => stateText(key) },
    {
      heading: 'LAST USED',
      drops: 2,
      text: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'never' : agoText(lastUsedAt)),
      exact: ({ lastUsedAt = '' }) => lastUsedAt,
    },
  ],
  id: ({ id }) => id,
  json: keyJson,
  empty: 'there are no keys yet; make one with: cairn key create NAME --scope PROJECT:write',
};
