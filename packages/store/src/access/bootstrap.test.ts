import { describe, expect, it } from 'vitest';
import { accessPlaces, collect, enter, machine, startTime } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';

describe.each(accessPlaces)('a bootstrap token on %s', { timeout: startLimitMs }, (_, open) => {
  it('becomes the key of a server admin', async () => {
    const { store } = await open();
    const { access } = store;
    expect(await access.hasAdmin()).toBe(false);
    const { token, expiresAt } = await access.createBootstrapToken();
    expect(expiresAt).toBe(new Date(startTime + 3_600_000).toISOString());
    const { key, secret } = await access.redeemBootstrapToken(token, { user: 'ann' }, { requestId: 'r1' });
    expect(key).toMatchObject({ user: 'ann', name: 'admin' });
    const principal = await access.authenticate(secret);
    expect(principal.isAdmin).toBe(true);
    expect(principal.roleIn({ entity: 'any', project: 'thing' })).toBe('admin');
    expect(await access.hasAdmin()).toBe(true);
    const [line] = await collect(access.listAudit({ action: 'bootstrap.redeem' }));
    expect(line).toMatchObject({ target: `${key.id} ann`, requestId: 'r1', outcome: 'done' });
  });

  it('works once, and ends all others, however many try at once', async () => {
    const place = await open();
    const stores = [place.store, await place.openAgain()];
    const tokens = [
      await place.store.access.createBootstrapToken(),
      await place.store.access.createBootstrapToken(),
    ];
    const tries = Array.from({ length: 24 }, (_, i) =>
      (stores[i % 2] ?? place.store).access.redeemBootstrapToken(tokens[(i >> 1) % 2]?.token ?? '', {
        user: `user-${i}`,
      }),
    );
    const settled = await Promise.allSettled(tries);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of settled) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'unauthenticated' });
    }
    expect(await collect(place.store.access.listKeys({}))).toHaveLength(1);
    expect(await collect(place.store.access.listUsers())).toHaveLength(1);
  });

  it('expires', async () => {
    const place = await open();
    const { token } = await place.store.access.createBootstrapToken({ lifetimeMs: 1000 });
    place.advance(1000);
    await expect(place.store.access.redeemBootstrapToken(token, { user: 'ann' })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(await place.store.access.hasAdmin()).toBe(false);
  });

  it('is left as it is by who has another, or asks for a name that is none', async () => {
    const { store } = await open();
    const { access } = store;
    const { token } = await access.createBootstrapToken();
    const elsewhere = await open();
    const stranger = await elsewhere.store.access.createBootstrapToken();
    for (const wrong of [stranger.token, `${token.slice(0, -1)}_`, '']) {
      await expect(access.redeemBootstrapToken(wrong, { user: 'eve' })).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    }
    await expect(access.redeemBootstrapToken(token, { user: 'a b' })).rejects.toMatchObject({
      code: 'name_invalid',
    });
    await access.redeemBootstrapToken(token, { user: 'ann' });
  });

  it('lets an admin in again who was disabled', async () => {
    const { store } = await open();
    const { access } = store;
    await access.createUser({ name: 'ann' }, machine);
    await access.updateUser('ann', { isDisabled: true }, machine);
    const { token } = await access.createBootstrapToken();
    const { secret } = await access.redeemBootstrapToken(token, { user: 'ann' });
    expect((await access.authenticate(secret)).isAdmin).toBe(true);
  });
});

describe.each(accessPlaces)('hasAdmin on %s', { timeout: startLimitMs }, (_, open) => {
  it('counts only keys by which an admin gets in', async () => {
    const place = await open();
    const { store } = place;
    const { access } = store;
    await access.createUser({ name: 'root', isAdmin: true }, machine);
    await enter(store, { user: 'root', scopes: [{ entity: 'acme', project: '*', role: 'admin' }] });
    await enter(store, { user: 'root', scopes: [{ entity: '*', project: '*', role: 'write' }] });
    await enter(store, { user: 'ann', scopes: [{ entity: '*', project: '*', role: 'admin' }] });
    expect(await access.hasAdmin()).toBe(false);
    const everything = [{ entity: '*', project: '*', role: 'admin' }] as const;
    const expiresAt = new Date(startTime + 1000).toISOString();
    await enter(store, { user: 'root', scopes: everything, expiresAt });
    expect(await access.hasAdmin()).toBe(true);
    place.advance(1000);
    expect(await access.hasAdmin()).toBe(false);
    const { principal } = await enter(store, { user: 'root', scopes: everything });
    expect(await access.hasAdmin()).toBe(true);
    await access.updateUser('root', { isDisabled: true }, machine);
    expect(await access.hasAdmin()).toBe(false);
    await access.updateUser('root', { isDisabled: false }, machine);
    await access.revokeKey(principal.key.id, machine);
    expect(await access.hasAdmin()).toBe(false);
  });
});
