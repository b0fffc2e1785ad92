import {
  type BlobStore,
  CairnError,
  type ContentDigest,
  loadHasher,
  type ProjectRef,
  readAll,
  type WrittenManifest,
  writeManifest,
} from '@cairn/core';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Actor, Scope } from '../src/access/principal.js';
import {
  collectGarbage,
  give,
  has,
  isAccepted,
  isAdmin,
  type Model,
  type ModelKey,
  mayMake,
  nameOf,
  roleOf,
} from './access-model.js';
import { type AccessPlace, collect, machine } from './access-places.js';
import { randomBytes } from './maintained-store.js';
import { putAll } from './put.js';

/** A store, and what is to be true of it. */
export interface World {
  readonly place: AccessPlace;
  readonly model: Model;
}

export interface AccessStep {
  readonly shown: string;
  run(world: World): Promise<void>;
}

export const users = ['ann', 'bob', 'eve'] as const;
const entities = ['acme', 'zoo'] as const;
const roles = ['read', 'write', 'admin'] as const;
const projects: readonly ProjectRef[] = entities.flatMap((entity) =>
  ['x', 'y'].map((project) => ({ entity, project })),
);
/** Small ones, and one in chunks. */
const contents = [100, 100, 100, 300_000].map((length, seed) => randomBytes(seed, length));

const anyScope: fc.Arbitrary<Scope> = fc
  .record({
    entity: fc.constantFrom('*', ...entities),
    project: fc.constantFrom('*', 'x', 'y'),
    role: fc.constantFrom(...roles),
  })
  .map((scope) => (scope.entity === '*' ? { ...scope, project: '*' } : scope));
const anyUser = fc.constantFrom(...users);
const anyProject = fc.constantFrom(...projects);
const anyContent = fc.nat(contents.length - 1);
/** One of those there are, by any number. */
const anyOf = fc.nat(1000);
/** A key, or the machine itself. */
const anyActor = fc.option(anyOf, { nil: undefined, freq: 2 });

export const anyStep: fc.Arbitrary<AccessStep> = fc.oneof(
  steps(
    2,
    'member',
    { user: anyUser, entity: fc.constantFrom(...entities), role: fc.constantFrom(undefined, ...roles) },
    setRole,
  ),
  steps(1, 'user', { user: anyUser, isAdmin: fc.boolean(), isDisabled: fc.boolean() }, changeUser),
  steps(
    3,
    'make key',
    {
      user: anyUser,
      scopes: fc.array(anyScope, { minLength: 1, maxLength: 3 }),
      seconds: fc.constantFrom(2, 5, 1000),
      by: anyActor,
    },
    makeKey,
  ),
  steps(1, 'revoke', { key: anyOf, by: anyActor }, revoke),
  steps(1, 'wait', {}, wait),
  steps(4, 'put', { key: anyOf, project: anyProject, content: anyContent }, put),
  steps(3, 'commit', { key: anyOf, project: anyProject, content: anyContent }, commit),
  steps(2, 'log', { project: anyProject, content: anyContent }, log),
  steps(1, 'delete', { version: anyOf }, remove),
  steps(1, 'restore', { version: anyOf }, restore),
  steps(1, 'collect garbage', {}, collectAll),
  steps(6, 'look', { key: anyOf, project: anyProject, content: anyContent }, look),
);

function steps<T extends object>(
  weight: number,
  name: string,
  values: { [K in keyof T]: fc.Arbitrary<T[K]> },
  run: (world: World, values: T) => Promise<void>,
): fc.WeightedArbitrary<AccessStep> {
  const arbitrary = fc.record<T>(values as never).map((chosen) => ({
    shown: `${name} ${JSON.stringify(chosen)}`,
    run: (world: World) => run(world, chosen as T),
  }));
  return { weight, arbitrary };
}

async function setRole(
  { place, model }: World,
  { user, entity, role }: { user: string; entity: string; role: (typeof roles)[number] | undefined },
): Promise<void> {
  const { access } = place.store;
  if (role !== undefined) {
    await access.setMember({ entity, user, role }, machine);
    model.members.set(`${user}/${entity}`, role);
  } else if (model.members.delete(`${user}/${entity}`)) {
    await access.removeMember({ entity, user }, machine);
  }
}

async function changeUser(
  { place, model }: World,
  { user, ...change }: { user: string; isAdmin: boolean; isDisabled: boolean },
): Promise<void> {
  await place.store.access.updateUser(user, change, machine);
  model.users.set(user, change);
}

async function makeKey(
  world: World,
  { user, scopes, seconds, by }: { user: string; scopes: Scope[]; seconds: number; by: number | undefined },
): Promise<void> {
  const { place, model } = world;
  const maker = by === undefined ? undefined : pick(model.keys, by);
  const actor = await actorOf(world, maker);
  if (actor === undefined) return;
  const end = model.now + seconds * 1000;
  const expiresAt = new Date(end).toISOString();
  const made = place.store.access.createKey({ user, name: 'key', scopes, expiresAt }, actor);
  if (maker !== undefined && !mayMake(model, maker, user, scopes, end)) return refused(made, 'forbidden');
  const { key, secret } = await made;
  model.keys.push({ id: key.id, secret, user, scopes, end, isRevoked: false });
}

async function revoke(world: World, { key, by }: { key: number; by: number | undefined }): Promise<void> {
  const { place, model } = world;
  const wanted = pick(model.keys, key);
  const revoker = by === undefined ? undefined : pick(model.keys, by);
  const actor = await actorOf(world, revoker);
  if (wanted === undefined || actor === undefined) return;
  const revoked = place.store.access.revokeKey(wanted.id, actor);
  const may = revoker === undefined || revoker.user === wanted.user || isAdmin(model, revoker);
  if (!may) return refused(revoked, 'not_found');
  await revoked;
  wanted.isRevoked = true;
}

async function wait({ place, model }: World): Promise<void> {
  place.advance(1000);
  model.now += 1000;
}

interface Deed {
  readonly key: number;
  readonly project: ProjectRef;
  readonly content: number;
}

/** As a server would: nothing is stored for who may not write. */
async function put(world: World, deed: Deed): Promise<void> {
  if (!(await mayWrite(world, deed))) return;
  const { project, content } = deed;
  world.model.known.add(nameOf(project));
  await store(world.place.store.access.blobsOf(project), content);
  give(world.model, nameOf(project), content);
}

/** Commits a manifest that names something, whether the project has it or not. */
async function commit(world: World, deed: Deed): Promise<void> {
  if (!(await mayWrite(world, deed))) return;
  const { place, model } = world;
  const { project, content } = deed;
  const blobs = place.store.access.blobsOf(project);
  model.known.add(nameOf(project));
  const manifest = await manifestOf(blobs, content);
  const checked = blobs.checkManifest(manifest.blob);
  if (!has(model, nameOf(project), content)) return refused(checked, 'not_found');
  await addVersion(world, project, content, manifest, await checked);
}

/** Logs as who has the folder does. */
async function log(world: World, { project, content }: Omit<Deed, 'key'>): Promise<void> {
  const { blobs } = world.place.store;
  world.model.known.add(nameOf(project));
  const basis = await blobs.basis();
  await store(blobs, content);
  await addVersion(world, project, content, await manifestOf(blobs, content), basis);
  (world.model.versions.at(-1) as { isPending: boolean }).isPending = true;
}

async function remove({ place, model }: World, { version }: { version: number }): Promise<void> {
  const wanted = pick(model.versions, version);
  if (wanted === undefined || wanted.isDeleted) return;
  await place.store.catalog.deleteVersion(wanted.id);
  wanted.isDeleted = true;
}

/** Its project has all of it again, also if it was deleted before anybody asked. */
async function restore({ place, model }: World, { version }: { version: number }): Promise<void> {
  const wanted = pick(model.versions, version);
  if (wanted === undefined || !wanted.isDeleted) return;
  try {
    await place.store.catalog.restoreVersion(wanted.id);
    wanted.isDeleted = false;
    wanted.mayBeGone = false;
    wanted.isPending = true;
  } catch (error) {
    // The same may have been logged again, and garbage may have been collected.
    if (!CairnError.is(error, 'conflict') && !wanted.mayBeGone) throw error;
  }
}

async function collectAll({ place, model }: World): Promise<void> {
  await place.store.gc({ graceMs: -1000 });
  collectGarbage(model);
}

/** Asks all that a key can ask about a project and something that may be in it. */
async function look(world: World, { key, project, content }: Deed): Promise<void> {
  const { place, model } = world;
  const known = pick(model.keys, key);
  if (known === undefined) return;
  const { access } = place.store;
  if (!isAccepted(model, known)) return refused(access.authenticate(known.secret), 'unauthenticated');
  const principal = await access.authenticate(known.secret);
  expect(principal.isAdmin).toBe(isAdmin(model, known));
  for (const other of projects) expect(principal.roleIn(other)).toBe(roleOf(model, known, other));
  const seen = await collect(access.listProjects(principal));
  const visible = projects.filter((ref) => model.known.has(nameOf(ref)) && roleOf(model, known, ref));
  expect(seen).toEqual(visible.map((ref) => ({ ...ref, role: roleOf(model, known, ref) })));

  const blobs = access.blobsOf(project);
  const digest = await digestOf(content);
  const expected = has(model, nameOf(project), content);
  expect((await blobs.has([digest])).has(digest)).toBe(expected);
  const bytes = readAll(blobs.open(digest));
  if (!expected) return refused(bytes, 'not_found');
  expect(Buffer.compare(await bytes, contents[content] as Uint8Array)).toBe(0);
}

async function mayWrite(world: World, { key, project }: Deed): Promise<boolean> {
  const known = pick(world.model.keys, key);
  if (known === undefined || (await actorOf(world, known)) === undefined) return false;
  return ['write', 'admin'].includes(roleOf(world.model, known, project) ?? '');
}

/** Whoever has a key, or the machine itself; `undefined` if the key is not accepted, as is to be. */
async function actorOf({ place, model }: World, key: ModelKey | undefined): Promise<Actor | undefined> {
  if (key === undefined) return machine;
  const principal = place.store.access.authenticate(key.secret);
  if (isAccepted(model, key)) return { principal: await principal };
  await refused(principal, 'unauthenticated');
  return undefined;
}

async function store(blobs: BlobStore, content: number): Promise<ContentDigest> {
  const [result] = await putAll(blobs, [{ kind: 'bytes', bytes: contents[content] as Uint8Array }]);
  return result?.digest as ContentDigest;
}

const digests = new Map<number, ContentDigest>();

async function digestOf(content: number): Promise<ContentDigest> {
  const known = digests.get(content) ?? (await loadHasher('blake3')).hash(contents[content] as Uint8Array);
  digests.set(content, known);
  return known;
}

/** Each is another, for equal ones would be one version. */
async function manifestOf(blobs: BlobStore, content: number): Promise<WrittenManifest> {
  const digest = await digestOf(content);
  const { length } = contents[content] as Uint8Array;
  const path = `file-${Math.random()}`;
  return writeManifest([{ kind: 'file', path, digest, size: length }], blobs, {
    name: 'cairn.default',
    config: {},
  });
}

async function addVersion(
  { place, model }: World,
  project: ProjectRef,
  content: number,
  manifest: WrittenManifest,
  basis: string,
): Promise<void> {
  const { version } = await place.store.catalog.commitVersion({
    ...project,
    name: 'data',
    type: 'dataset',
    digest: manifest.digest,
    manifest: manifest.blob,
    entryCount: manifest.entryCount,
    size: manifest.size,
    metadata: {},
    aliases: [],
    tags: [],
    basis,
  });
  model.versions.push({
    id: version.id,
    project: nameOf(project),
    content,
    isDeleted: false,
    mayBeGone: false,
    isPending: false,
  });
}

async function refused(call: Promise<unknown>, code: string): Promise<void> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(CairnError.is(error) ? error.code : error).toBe(code);
}

function pick<T>(items: readonly T[], number: number): T | undefined {
  return items[number % Math.max(items.length, 1)];
}
