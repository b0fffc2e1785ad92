import { describe, expect, it } from 'vitest';
import { accessPlaces, collect, enter, enterAsAdmin, machine } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { collection, log } from '../../test/maintained-store.js';
import type { Role, Scope } from './principal.js';

const pets = { entity: 'acme', project: 'pets' };
const roles: readonly (Role | undefined)[] = [undefined, 'read', 'write', 'admin'];

describe.each(accessPlaces)('roles on %s', { timeout: startLimitMs }, (_, open) => {
  it('are the lesser of the scope and the membership', async () => {
    const { store } = await open();
    const { access } = store;
    for (const [i, own] of roles.entries()) {
      const user = `user-${i}`;
      await access.createUser({ name: user }, machine);
      if (own !== undefined) await access.setMember({ entity: 'acme', user, role: own }, machine);
      for (const [j, role] of roles.entries()) {
        if (role === undefined) continue;
        const { principal } = await enter(store, { user, scopes: [{ ...pets, role }] });
        expect(principal.roleIn(pets)).toBe(roles[Math.min(i, j)]);
        expect(principal.roleIn({ ...pets, project: 'cars' })).toBeUndefined();
        expect(principal.roleIn({ ...pets, entity: 'other' })).toBeUndefined();
        expect(principal.roleIn({ entity: 'acme' })).toBeUndefined();
      }
    }
  });

  it.each<readonly [Scope, readonly (Role | undefined)[]]>([
    [{ entity: '*', project: '*', role: 'write' }, ['write', 'write', 'write']],
    [{ entity: 'acme', project: '*', role: 'write' }, ['write', 'write', undefined]],
    [{ ...pets, role: 'write' }, ['write', undefined, undefined]],
  ])('of the scope %j reach so far', async (scope, expected) => {
    const { store } = await open();
    await store.access.createUser({ name: 'ann' }, machine);
    for (const entity of ['acme', 'other']) {
      await store.access.setMember({ entity, user: 'ann', role: 'admin' }, machine);
    }
    const { principal } = await enter(store, { user: 'ann', scopes: [scope] });
    const places = [pets, { entity: 'acme', project: 'cars' }, { entity: 'other', project: 'pets' }];
    expect(places.map((place) => principal.roleIn(place))).toEqual(expected);
    expect(principal.roleIn({ entity: 'acme' })).toBe(scope.project === '*' ? 'write' : undefined);
  });

  it('of several scopes are the greatest that fits', async () => {
    const { store } = await open();
    await store.access.createUser({ name: 'ann' }, machine);
    await store.access.setMember({ entity: 'acme', user: 'ann', role: 'admin' }, machine);
    const scopes: Scope[] = [
      { ...pets, role: 'admin' },
      { entity: 'acme', project: '*', role: 'read' },
    ];
    const { principal } = await enter(store, { user: 'ann', scopes });
    expect(principal.roleIn(pets)).toBe('admin');
    expect(principal.roleIn({ ...pets, project: 'cars' })).toBe('read');
    expect(principal.roleIn({ entity: 'acme' })).toBe('read');
  });

  it('change with the membership, at the next request', async () => {
    const { store } = await open();
    const { access } = store;
    const { secret } = await enter(store, { user: 'ann', scopes: [{ ...pets, role: 'admin' }] });
    const role = async () => (await access.authenticate(secret)).roleIn(pets);
    expect(await role()).toBeUndefined();
    await access.setMember({ entity: 'acme', user: 'ann', role: 'write' }, machine);
    expect(await role()).toBe('write');
    await access.setMember({ entity: 'acme', user: 'ann', role: 'read' }, machine);
    expect(await role()).toBe('read');
    await access.removeMember({ entity: 'acme', user: 'ann' }, machine);
    expect(await role()).toBeUndefined();
  });

  it('say who manages users and members', async () => {
    const { store } = await open();
    const { access } = store;
    const root = await enterAsAdmin(store);
    await access.createUser({ name: 'ann' }, root.by);
    await access.setMember({ entity: 'acme', user: 'ann', role: 'admin' }, root.by);
    const ofEntity = await enter(store, {
      user: 'ann',
      scopes: [{ entity: 'acme', project: '*', role: 'admin' }],
    });
    const ofProject = await enter(store, { user: 'ann', scopes: [{ ...pets, role: 'admin' }] });
    const writer = await enter(store, {
      user: 'ann',
      scopes: [{ entity: 'acme', project: '*', role: 'write' }],
    });
    const bob = { entity: 'acme', user: 'bob', role: 'read' } as const;
    await expect(access.createUser({ name: 'bob' }, ofEntity.by)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(access.updateUser('ann', { isAdmin: true }, ofEntity.by)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await access.createUser({ name: 'bob' }, root.by);
    await expect(access.setMember(bob, writer.by)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(access.setMember(bob, ofProject.by)).rejects.toMatchObject({ code: 'not_found' });
    await expect(access.setMember({ ...bob, entity: 'other' }, ofEntity.by)).rejects.toMatchObject({
      code: 'not_found',
    });
    await access.setMember(bob, ofEntity.by);
    expect(await collect(access.listMembers({ entity: 'acme' }))).toEqual([
      { entity: 'acme', user: 'ann', role: 'admin' },
      bob,
    ]);
    expect(await collect(access.listMembers({ after: { entity: 'acme', user: 'ann' }, limit: 1 }))).toEqual([
      bob,
    ]);
    await expect(access.removeMember(bob, writer.by)).rejects.toMatchObject({ code: 'forbidden' });
    await access.removeMember(bob, ofEntity.by);
    expect(await collect(access.listMembers({ user: 'bob' }))).toEqual([]);
  });

  it('count as they are when something is done, not as they were when the request began', async () => {
    const { store } = await open();
    const { access } = store;
    await access.createUser({ name: 'ann' }, machine);
    await access.setMember({ entity: 'acme', user: 'ann', role: 'admin' }, machine);
    const { by } = await enter(store, {
      user: 'ann',
      scopes: [{ entity: '*', project: '*', role: 'admin' }],
    });
    await access.createProject(pets, by);
    await access.setMember({ entity: 'acme', user: 'ann', role: 'write' }, machine);
    const member = { entity: 'acme', user: 'ann', role: 'admin' } as const;
    await expect(access.setMember(member, by)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(access.deleteProject(pets, by)).rejects.toMatchObject({ code: 'forbidden' });
    await access.updateUser('ann', { isAdmin: true }, machine);
    await access.deleteProject(pets, by);
  });

  it('are one of three', async () => {
    const { store } = await open();
    await store.access.createUser({ name: 'ann' }, machine);
    const member = { entity: 'acme', user: 'ann', role: 'owner' as never };
    await expect(store.access.setMember(member, machine)).rejects.toMatchObject({ code: 'name_invalid' });
  });
});

describe.each(accessPlaces)('projects on %s', { timeout: startLimitMs }, (_, open) => {
  it('are listed for who may see them, those too in which something was logged without a server', async () => {
    const { store } = await open();
    const { access } = store;
    for (const project of ['a', 'b', 'c']) {
      for (const entity of ['acme', 'other']) await access.createProject({ entity, project }, machine);
    }
    await log(store, { 'a.txt': 'a' });
    await access.createUser({ name: 'ann' }, machine);
    await access.setMember({ entity: 'acme', user: 'ann', role: 'write' }, machine);
    await access.setMember({ entity: collection.entity, user: 'ann', role: 'read' }, machine);
    const { principal } = await enter(store, {
      user: 'ann',
      scopes: [
        { entity: 'acme', project: 'a', role: 'read' },
        { entity: 'acme', project: 'b', role: 'admin' },
        { entity: collection.entity, project: '*', role: 'admin' },
        { entity: 'other', project: '*', role: 'admin' },
      ],
    });
    const seen = [
      { entity: 'acme', project: 'a', role: 'read' },
      { entity: 'acme', project: 'b', role: 'write' },
      { entity: 'local', project: 'default', role: 'read' },
    ];
    expect(await collect(access.listProjects(principal))).toEqual(seen);
    expect(await collect(access.listProjects(principal, { entity: 'acme' }))).toEqual(seen.slice(0, 2));
    expect(
      await collect(access.listProjects(principal, { after: { entity: 'acme', project: 'a' }, limit: 1 })),
    ).toEqual(seen.slice(1, 2));
    expect(await collect(access.listProjects(principal, { limit: 0 }))).toEqual([]);
    await store.catalog.startRun({ entity: 'acme', project: 'runs', id: 'run-1', config: {} });
    const { principal: admin } = await enterAsAdmin(store);
    expect(await collect(access.listProjects(admin))).toHaveLength(8);
  });

  it('are made by who may write, and forgotten by their admins while nothing was logged there', async () => {
    const { store } = await open();
    const { access } = store;
    await access.createUser({ name: 'ann' }, machine);
    await access.setMember({ entity: 'acme', user: 'ann', role: 'admin' }, machine);
    const as = (role: Role) =>
      enter(store, { user: 'ann', scopes: [{ entity: 'acme', project: '*', role }] });
    const [reader, writer, admin] = [await as('read'), await as('write'), await as('admin')];
    await expect(access.createProject(pets, reader.by)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(access.createProject({ ...pets, entity: 'other' }, admin.by)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(access.createProject({ ...pets, project: 'a b' }, machine)).rejects.toMatchObject({
      code: 'name_invalid',
    });
    await access.createProject(pets, writer.by);
    await expect(access.deleteProject(pets, writer.by)).rejects.toMatchObject({ code: 'forbidden' });
    await access.deleteProject(pets, admin.by);
    await expect(access.deleteProject(pets, admin.by)).rejects.toMatchObject({ code: 'not_found' });
    expect(await collect(access.listProjects(admin.principal))).toEqual([]);
    await log(store, { 'a.txt': 'a' });
    await expect(access.deleteProject(collection, machine)).rejects.toMatchObject({ code: 'conflict' });
  });
});
