import { describe, expect, it } from 'vitest';
import { accessPlaces, collect, enter, enterAsAdmin, machine, startTime } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { all } from '../sql/step.js';
import type { Scope } from './principal.js';

const everywhere: Scope = { entity: '*', project: '*', role: 'admin' };
const reading: Scope = { entity: 'acme', project: 'pets', role: 'read' };

const tables = ['users', 'members', 'access_keys', 'bootstrap_tokens', 'audit'];

describe.each(accessPlaces)('keys on %s', { timeout: startLimitMs }, (_, open) => {
  it('are named, scoped, listed, and told once', async () => {
    const { store, database } = await open();
    const { access } = store;
    await access.createUser({ name: 'ann' }, machine);
    const { by } = await enterAsAdmin(store);
    const expiresAt = new Date(startTime + 1000).toISOString();
    const { key, secret } = await access.createKey(
      { user: 'ann', name: 'ci', scopes: [reading], expiresAt },
      by,
    );
    expect(key).toEqual({
      id: expect.stringMatching(/^key:\d+$/),
      user: 'ann',
      name: 'ci',
      start: secret.slice(0, 10),
      scopes: [reading],
      createdBy: 'root',
      createdAt: new Date(startTime).toISOString(),
      expiresAt,
    });
    expect(await collect(access.listKeys({ user: 'ann' }))).toEqual([key]);
    expect(await collect(access.listKeys({}))).toHaveLength(2);
    expect(await collect(access.listKeys({ after: 'key:1', limit: 1 }))).toHaveLength(1);
    for (const table of tables) {
      const rows = await database.read(() => all(`SELECT * FROM ${table}`));
      expect(JSON.stringify(rows)).not.toContain(secret.slice(11, -6));
    }
  });

  it('tell who has them, for as long as nothing ends them', async () => {
    const place = await open();
    const { access } = place.store;
    const { secret, principal } = await enter(place.store, { user: 'ann', scopes: [everywhere] });
    expect(principal).toMatchObject({ user: 'ann', isAdmin: false, key: { name: 'key' } });
    const other = await place.openAgain();
    expect((await other.access.authenticate(secret)).key.id).toBe(principal.key.id);
    await access.revokeKey(principal.key.id, machine);
    await refused(other.access.authenticate(secret), 'revoked');
    await refused(access.authenticate(secret), 'revoked');
    const [listed] = await collect(access.listKeys({ user: 'ann' }));
    expect(listed?.revokedAt).toBe(new Date(startTime).toISOString());
  });

  it('are revoked once', async () => {
    const place = await open();
    const { principal } = await enter(place.store, { user: 'ann', scopes: [reading] });
    const first = await place.store.access.revokeKey(principal.key.id, machine);
    place.advance(5000);
    expect(await place.store.access.revokeKey(principal.key.id, machine)).toEqual(first);
    const lines = await collect(place.store.access.listAudit({ action: 'key.revoke' }));
    expect(lines).toHaveLength(1);
  });

  it('expire to the millisecond', async () => {
    const place = await open();
    const expiresAt = new Date(startTime + 1000).toISOString();
    const { secret } = await enter(place.store, { user: 'ann', scopes: [reading], expiresAt });
    place.advance(999);
    await place.store.access.authenticate(secret);
    place.advance(1);
    await refused(place.store.access.authenticate(secret), 'expired');
  });

  it('end while their owner is disabled', async () => {
    const { store } = await open();
    const { secret } = await enter(store, { user: 'ann', scopes: [reading] });
    await store.access.updateUser('ann', { isDisabled: true }, machine);
    await refused(store.access.authenticate(secret), 'disabled');
    await store.access.updateUser('ann', { isDisabled: false }, machine);
    await store.access.authenticate(secret);
  });

  it('have the time of their last use, written down at most once a minute', async () => {
    const place = await open();
    const { access } = place.store;
    const { secret } = await enter(place.store, { user: 'ann', scopes: [reading] });
    const lastUse = async () => (await collect(access.listKeys({})))[0]?.lastUsedAt;
    expect(await lastUse()).toBe(new Date(startTime).toISOString());
    place.advance(59_999);
    await access.authenticate(secret);
    expect(await lastUse()).toBe(new Date(startTime).toISOString());
    place.advance(1);
    await access.authenticate(secret);
    expect(await lastUse()).toBe(new Date(startTime + 60_000).toISOString());
  });

  it('are told from typos without a look-up, and from those of nobody', async () => {
    const { store } = await open();
    const { secret } = await enter(store, { user: 'ann', scopes: [reading] });
    const elsewhere = await open();
    await refused(elsewhere.store.access.authenticate(secret), 'unknown');
    await store.close();
    const typo = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
    await refused(store.access.authenticate(typo), 'mistyped');
    await refused(store.access.authenticate(''), 'mistyped');
  });

  it.each<readonly [string, Partial<Scope> | undefined]>([
    ['no scope', undefined],
    ['an unknown role', { role: 'owner' as never }],
    ['a name that is none', { project: '../..' }],
    ['a project of all entities', { entity: '*' }],
  ])('are not made with %s', async (_, scope) => {
    const { store } = await open();
    await store.access.createUser({ name: 'ann' }, machine);
    const scopes = scope === undefined ? [] : [{ ...reading, ...scope }];
    await expect(store.access.createKey({ user: 'ann', name: 'key', scopes }, machine)).rejects.toMatchObject(
      { code: 'name_invalid' },
    );
  });

  it('are not made for nobody, without a name, or to expire at once', async () => {
    const { store } = await open();
    const { access } = store;
    await access.createUser({ name: 'ann' }, machine);
    const key = { user: 'ann', name: 'key', scopes: [reading] };
    await expect(access.createKey({ ...key, user: 'bob' }, machine)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(access.createKey({ ...key, name: 'a b' }, machine)).rejects.toMatchObject({
      code: 'name_invalid',
    });
    for (const expiresAt of ['soon', new Date(startTime).toISOString()]) {
      await expect(access.createKey({ ...key, expiresAt }, machine)).rejects.toMatchObject({
        code: 'metadata_invalid',
      });
    }
    expect(await collect(access.listKeys({}))).toEqual([]);
    expect(await collect(access.listAudit({ action: 'key.create' }))).toEqual([]);
  });
});

describe.each(accessPlaces)('who may make and end keys on %s', { timeout: startLimitMs }, (_, open) => {
  const admin: Scope = { ...reading, role: 'admin' };

  it('a key makes none that open more than itself', async () => {
    const { store } = await open();
    const { access } = store;
    await access.createUser({ name: 'bob' }, machine);
    const writer = await enter(store, { user: 'ann', scopes: [{ ...reading, role: 'write' }] });
    const manager = await enter(store, { user: 'ann', scopes: [admin] });
    const make = (by: typeof writer.by, scopes: readonly Scope[], user = 'ann') =>
      access.createKey({ user, name: 'child', scopes }, by);
    await forbidden(make(writer.by, [reading]));
    await make(manager.by, [reading]);
    await make(manager.by, [admin]);
    await forbidden(make(manager.by, [reading], 'bob'));
    await forbidden(make(manager.by, [reading, { ...reading, project: 'cars' }]));
    await forbidden(make(manager.by, [{ ...reading, project: '*' }]));
    await forbidden(make(manager.by, [everywhere]));
  });

  it('a key makes none that outlive itself', async () => {
    const { store } = await open();
    const expiresAt = new Date(startTime + 1000).toISOString();
    const { by } = await enter(store, { user: 'ann', scopes: [admin], expiresAt });
    const make = (end?: string) =>
      store.access.createKey({ user: 'ann', name: 'child', scopes: [reading], expiresAt: end }, by);
    await make(expiresAt);
    await forbidden(make());
    await forbidden(make(new Date(startTime + 1001).toISOString()));
  });

  it('only a server admin with a key for everything makes all', async () => {
    const { store } = await open();
    const { by } = await enterAsAdmin(store);
    await enter(store, { user: 'ann', scopes: [reading] });
    await store.access.createKey({ user: 'ann', name: 'wide', scopes: [everywhere] }, by);
    const { by: narrow, principal } = await enter(store, {
      user: 'root',
      scopes: [{ entity: '*', project: '*', role: 'write' }],
    });
    expect(principal.isAdmin).toBe(false);
    expect(principal.roleIn(reading)).toBe('write');
    await forbidden(store.access.createKey({ user: 'ann', name: 'wide', scopes: [everywhere] }, narrow));
  });

  it("a key ends its own user's keys, and sees no others", async () => {
    const { store } = await open();
    const { access } = store;
    const ann = await enter(store, { user: 'ann', scopes: [reading] });
    const bob = await enter(store, { user: 'bob', scopes: [reading] });
    const revoke = access.revokeKey(bob.principal.key.id, ann.by);
    const unknown = access.revokeKey('key:99', ann.by);
    await expect(revoke).rejects.toMatchObject({ code: 'not_found' });
    const messages = [await messageOf(revoke), await messageOf(unknown)];
    expect(messages[0]?.replace(bob.principal.key.id, 'key:99')).toBe(messages[1]);
    await access.authenticate(bob.secret);
    await access.revokeKey(ann.principal.key.id, ann.by);
    await refused(access.authenticate(ann.secret), 'revoked');
  });

  it('a key that was ended since its request began does nothing any more', async () => {
    const { store } = await open();
    const { access } = store;
    const { by, principal } = await enterAsAdmin(store);
    await access.revokeKey(principal.key.id, machine);
    const tries = [
      () => access.createKey({ user: 'root', name: 'child', scopes: [reading] }, by),
      () => access.createUser({ name: 'eve', isAdmin: true }, by),
      () => access.updateUser('root', { isAdmin: true }, by),
      () => access.setMember({ entity: 'acme', user: 'root', role: 'admin' }, by),
      () => access.removeMember({ entity: 'acme', user: 'root' }, by),
      () => access.revokeKey('key:1', by),
      () => access.createProject(reading, by),
      () => access.deleteProject(reading, by),
    ];
    for (const attempt of tries) await refused(attempt(), 'revoked');
  });
});

async function refused(call: Promise<unknown>, why: string): Promise<void> {
  await expect(call).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining(why),
  });
}

async function forbidden(call: Promise<unknown>): Promise<void> {
  await expect(call).rejects.toMatchObject({ code: 'forbidden' });
}

async function messageOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (error: Error) => error.message,
  );
}
