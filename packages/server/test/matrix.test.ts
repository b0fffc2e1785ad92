import { describe, expect, test } from 'vitest';
import { routeTable } from '../src/routes/table.js';
import { allows, anyKey, everybody, inEntity, inProject, type Rule, serverAdmin } from '../src/rule.js';
import { type Examples, examplesOf, overBucket } from './examples.js';
import { openLab } from './lab.js';

/*
 * Every route, asked with every kind of key about a project that is the key's, about one beside it, about another's that exists,
 * and about one that doesn't. What must come out follows from the route's rule alone.
 */

/** The rules once more: one that is loosened where its route is declared is noticed here. */
const rules: Readonly<Record<string, Rule>> = {
  health: everybody,
  ready: everybody,
  metrics: anyKey,
  openapi: everybody,
  setupPage: everybody,
  info: everybody,

  startRun: inProject('write'),
  listRuns: anyKey,
  getRun: inProject('read', 'run'),
  heartbeat: inProject('write', 'run'),
  finishRun: inProject('write', 'run'),
  versionsOfRun: inProject('read', 'run'),
  recordUse: inProject('write', 'run'),

  commitVersion: inProject('write'),
  findVersion: inProject('read'),
  listCollections: anyKey,
  listVersions: anyKey,
  updateVersion: inProject('write', 'version'),
  deleteVersion: inProject('admin', 'version'),
  restoreVersion: inProject('admin', 'version'),
  runsOfVersion: inProject('read', 'version'),
  lineage: inProject('read', 'start'),

  basis: inProject('read'),
  missingBlobs: inProject('read'),
  addPack: inProject('write'),
  planPack: inProject('write'),
  addPlannedPack: inProject('write'),
  readBlobs: inProject('read'),
  planBlob: inProject('read'),
  getBlob: inProject('read'),

  whoAmI: anyKey,
  setUp: everybody,
  listKeys: anyKey,
  createKey: anyKey,
  revokeKey: anyKey,

  listProjects: anyKey,
  createProject: inProject('write'),
  deleteProject: inProject('admin'),
  listProjectAudit: inProject('admin'),
  listAudit: serverAdmin,

  listUsers: serverAdmin,
  createUser: serverAdmin,
  updateUser: serverAdmin,
  listMembers: inEntity('admin'),
  setMember: inEntity('admin'),
  removeMember: inEntity('admin'),
};

const lab = await openLab({
  served: overBucket,
  limits: { addressRate: { perSecond: 1e6, burst: 1e6 } },
});
const own = { entity: 'acme', project: 'bikes' };
const beside = { entity: 'acme', project: 'cars' };
const foreign = { entity: 'rival', project: 'secret' };
const absent = { entity: 'nowhere', project: 'none' };

const scopes = (role: 'read' | 'write' | 'admin') => [{ ...own, role }];
const soon = () => new Date(Date.now() + 60_000).toISOString();

const users: Record<string, string> = {
  read: 'ann',
  write: 'bob',
  admin: 'eve',
  'entity admin': 'ida',
  'server admin': 'root',
};
const keys: Record<string, string | undefined> = {
  none: undefined,
  malformed: 'cairn_nonsense',
  unknown: `cairn_${'0'.repeat(49)}`,
  revoked: await lab.keyFor('rita', scopes('admin')),
  expired: await lab.keyFor('egon', scopes('admin'), soon()),
  read: await lab.keyFor('ann', scopes('read')),
  write: await lab.keyFor('bob', scopes('write')),
  admin: await lab.keyFor('eve', scopes('admin')),
  'entity admin': await lab.keyFor('ida', [{ entity: own.entity, project: '*', role: 'admin' }]),
  'server admin': lab.root,
};

const rita = (await lab.json<{ key: { id: string } }>('/api/v1/me', { key: keys.revoked })).key.id;
await lab.store.access.revokeKey(rita, {});
lab.pass(120_000);

const places = { own, beside, foreign, absent };
const examples: Record<keyof typeof places, Examples> = {
  own: await examplesOf(lab, own),
  beside: await examplesOf(lab, beside),
  foreign: await examplesOf(lab, foreign),
  absent: await examplesOf(lab, absent, false),
};

/** What a kind of key may do in a project: its role, or `undefined`. */
function roleOf(key: string, place: keyof typeof places) {
  if (key === 'server admin') return 'admin';
  if (key === 'entity admin') return place === 'own' || place === 'beside' ? 'admin' : undefined;
  if (place !== 'own') return undefined;
  return key === 'read' || key === 'write' || key === 'admin' ? key : undefined;
}

type Expected = 'let in' | 401 | 403 | 404;

function expected(rule: Rule, key: string, place: keyof typeof places): Expected {
  if (rule.kind === 'public') return 'let in';
  const isKnown = key in users;
  if (!isKnown) return 401;
  if (rule.kind === 'key') return 'let in';
  if (rule.kind === 'admin') return key === 'server admin' ? 'let in' : 403;
  // A key for one project of an entity is none for the entity.
  const role =
    rule.kind === 'entity' && key !== 'entity admin' && key !== 'server admin'
      ? undefined
      : roleOf(key, place);
  if (allows(role, rule.role)) return 'let in';
  return role === undefined ? 404 : 403;
}

const table = routeTable('');

test('the rules of all routes are those that are meant', () => {
  expect(Object.fromEntries(table.map(({ name, rule }) => [name, rule]))).toEqual(rules);
  for (const of of Object.values(examples)) expect(Object.keys(of).sort()).toEqual(Object.keys(rules).sort());
});

describe.each(table.map((route) => [route.name, route] as const))('%s', (name, route) => {
  const cells = Object.keys(keys).flatMap((key) =>
    (Object.keys(places) as (keyof typeof places)[]).map((place) => [key, place] as const),
  );

  test.each(cells)('with the key %s, in the %s project', async (key, place) => {
    const example = examples[place][name];
    if (example === undefined) throw new Error(`there is no example of a request for ${name}`);
    const { path, status, ...ask } = await example(users[key] ?? 'eve');
    const answer = await lab.ask(path, { ...ask, method: route.method, key: keys[key] });
    const text = await answer.text();
    const rule = rules[name] as Rule;
    const wanted = expected(rule, key, place);
    if (wanted === 'let in') {
      // What a key may make of keys is the store's own rule.
      expect(rule.kind === 'key' ? [401] : [401, 403], text).not.toContain(answer.status);
      if (place === 'own' && key.endsWith('admin')) {
        if (status === undefined) expect(answer.status, text).toBeLessThan(300);
        else expect(answer.status, text).toBe(status);
      }
    } else {
      expect(answer.status, text).toBe(wanted);
    }
  });

  test('tells nothing of what it does not show', async () => {
    const said = async (place: 'beside' | 'foreign' | 'absent') => {
      const { path, ...ask } = await (examples[place][name] as Examples[string])('eve');
      const answer = await lab.ask(path, { ...ask, method: route.method, key: keys.admin });
      const text = await answer.text();
      const { status, headers } = answer;
      for (const name of ['x-request-id', 'date', 'content-length']) headers.delete(name);
      return { status, headers: [...headers], text: withoutNames(text) };
    };
    if (rules[name]?.kind === 'public' || name === 'metrics') return; // which count what is asked
    expect(await said('foreign')).toEqual(await said('absent'));
    // In the entity that has it, a key sees the projects that are its own.
    if (name !== 'listProjects') expect(await said('beside')).toEqual(await said('absent'));
  });
});

/** A text without what differs because it was asked for. */
function withoutNames(text: string): string {
  return text
    .replace(/"requestId":"[^"]*"/, '')
    .replace(/(rival|nowhere|acme)\/(secret|none|cars)|rival|nowhere|acme/g, 'there')
    .replace(/version:\d+|(run|user)-(\w+-)?\d+/g, 'it')
    .replace(/[0-9a-f]{64}/g, 'digest')
    .replace(/key:\d+|"(createdAt|lastUsedAt|at|start|secret|name)":"[^"]*"/g, '');
}
