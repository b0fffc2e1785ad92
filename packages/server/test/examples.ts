import { loadHasher, type ProjectRef } from '@cairn/core';
import { algorithmHeader, encodeDigests } from '@cairn/remote/protocol';
import type { LocalStore } from '@cairn/store';
import { dataKind, PackTable, rawDigest } from '@cairn/store/engine';
import type { ServedStore } from '../src/index.js';
import { type Ask, api, type Lab, storeArtifact } from './lab.js';

/** A request that its route answers with success, if whoever asks may ask it. */
export interface Example extends Ask {
  readonly path: string;
  /** Where it is answered otherwise, though it was let in. */
  readonly status?: number;
}

/** By the names of routes; made anew for each request, for the user who asks. */
export type Examples = Readonly<Record<string, (user: string) => Promise<Example>>>;

/** A pack of small blobs. */
export async function packOf(...contents: readonly (string | Uint8Array)[]): Promise<Buffer> {
  const hasher = await loadHasher('blake3');
  const table = new PackTable();
  const records = contents.map((content) => Buffer.from(content as string));
  for (const bytes of records) table.add(rawDigest(hasher.hash(bytes)), dataKind, bytes.length);
  return Buffer.concat([...records, table.end(hasher)]);
}

/** A store as one over a bucket is for routes: whoever comes for a pack that was written there finds one. */
export function overBucket(store: LocalStore): ServedStore {
  return {
    ...store,
    planWrite: async (bytes) => ({
      request: {
        method: 'PUT',
        url: `https://bucket.example.com/incoming/a?X-Amz-Signature=5ecre7`,
        headers: { 'content-length': String(bytes) },
      },
      token: 'written',
    }),
    adoptWritten: async (_, options) => store.adoptPack([await packOf(`pack ${count++}`)], options),
  };
}

let count = 0;

/**
 * An example for every route, about one project.
 *
 * @param isThere Whether what is asked for exists there.
 */
export async function examplesOf(lab: Lab, project: ProjectRef, isThere = true): Promise<Examples> {
  const { store } = lab;
  const { entity } = project;
  const base = `${api}/projects/${entity}/${project.project}`;
  const hasher = await loadHasher('blake3');
  const digest = hasher.hash(Buffer.from(`in ${entity}`));
  const binary = { method: 'POST', headers: { [algorithmHeader]: 'blake3' } };
  const q = encodeURIComponent(JSON.stringify(project));

  async function run(): Promise<string> {
    const id = `run-${entity}-${count++}`;
    if (isThere) await store.catalog.startRun({ ...project, id, config: {} });
    return id;
  }

  async function version(): Promise<string> {
    if (!isThere) return 'version:999999';
    const body = await storeArtifact(store, project, 'photos', {
      'a.txt': `in ${entity}`,
      'n.txt': String(count++),
    });
    return (await store.catalog.commitVersion({ ...body, ...project })).version.id;
  }

  async function someone(): Promise<string> {
    const name = `user-${count++}`;
    await store.access.createUser({ name }, {});
    return name;
  }

  const standing = await version();
  return {
    health: async () => ({ path: '/healthz' }),
    ready: async () => ({ path: '/readyz' }),
    metrics: async () => ({ path: '/metrics' }),
    openapi: async () => ({ path: '/api/openapi.json' }),
    setupPage: async () => ({ path: '/setup' }),
    info: async () => ({ path: `${api}/` }),

    startRun: async () => ({ path: `${base}/runs`, json: { id: `run-new-${count++}`, config: {} } }),
    listRuns: async () => ({ path: `${api}/runs?q=${q}` }),
    getRun: async () => ({ path: `${api}/runs/${await run()}` }),
    heartbeat: async () => ({ path: `${api}/runs/${await run()}/heartbeat` }),
    finishRun: async () => ({ path: `${api}/runs/${await run()}/finish`, json: { state: 'finished' } }),
    versionsOfRun: async () => ({ path: `${api}/runs/${await run()}/versions?direction=output` }),
    recordUse: async () => ({ path: `${api}/runs/${await run()}/inputs/${standing}` }),

    commitVersion: async () => {
      const from = isThere ? project : { entity: 'acme', project: 'bikes' };
      const files = { 'a.txt': `in ${from.entity}`, 'n.txt': String(count++) };
      return { path: `${base}/versions`, json: await storeArtifact(store, from, 'photos', files) };
    },
    findVersion: async () => ({ path: `${base}/collections/photos/version?alias=latest` }),
    listCollections: async () => ({ path: `${api}/collections?q=${q}` }),
    listVersions: async () => ({ path: `${api}/versions?q=${q}` }),
    updateVersion: async () => ({ path: `${api}/versions/${standing}`, json: {} }),
    deleteVersion: async () => ({ path: `${api}/versions/${await version()}` }),
    restoreVersion: async () => {
      const id = await version();
      if (isThere) await store.catalog.deleteVersion(id);
      return { path: `${api}/versions/${id}/restore` };
    },
    runsOfVersion: async () => ({ path: `${api}/versions/${standing}/runs?direction=input` }),
    lineage: async () => ({
      path: `${api}/lineage`,
      json: { start: { versionId: standing }, direction: 'both', depth: 3, maxNodes: 100 },
    }),

    basis: async () => ({ path: `${base}/blobs/basis` }),
    missingBlobs: async () => ({ path: `${base}/blobs/missing`, ...binary, bytes: encodeDigests([digest]) }),
    readBlobs: async () => ({ path: `${base}/blobs/read`, ...binary, bytes: encodeDigests([digest]) }),
    addPack: async () => ({ path: `${base}/packs`, ...binary, bytes: await packOf(`pack ${count++}`) }),
    planPack: async () => ({ path: `${base}/packs/plan`, json: { bytes: 5_000_000 } }),
    addPlannedPack: async () => ({ path: `${base}/packs/planned`, ...binary, json: { token: 'written' } }),
    planBlob: async () => ({ path: `${base}/blobs/${digest}/plan?at=0` }),
    getBlob: async () => ({ path: `${base}/blobs/${digest}` }),

    whoAmI: async () => ({ path: `${api}/me` }),
    setUp: async () => {
      const { token } = await store.access.createBootstrapToken();
      return { path: `${api}/setup`, json: { token, user: `first-${count++}` } };
    },
    listKeys: async () => ({ path: `${api}/keys?limit=1` }),
    createKey: async () => ({
      path: `${api}/keys`,
      json: { name: 'another', scopes: [{ entity: 'acme', project: 'bikes', role: 'read' }] },
    }),
    revokeKey: async (user) => {
      if (!isThere) return { path: `${api}/keys/key:999999` };
      const owner = project.project === 'bikes' ? user : await someone();
      const scopes = [{ ...project, role: 'read' }] as const;
      const { key } = await store.access.createKey({ user: owner, name: 'spare', scopes }, {});
      return { path: `${api}/keys/${key.id}` };
    },

    listProjects: async () => ({ path: `${api}/projects?entity=${entity}` }),
    createProject: async () => ({ path: base }),
    deleteProject: async () => ({ path: base, status: 409 }),
    listProjectAudit: async () => ({ path: `${base}/audit?limit=1` }),
    listAudit: async () => ({ path: `${api}/audit?limit=1` }),

    listUsers: async () => ({ path: `${api}/users?limit=1` }),
    createUser: async () => ({ path: `${api}/users`, json: { name: `user-${count++}` } }),
    updateUser: async () => ({ path: `${api}/users/${await someone()}`, json: { isDisabled: true } }),
    listMembers: async () => ({ path: `${api}/entities/${entity}/members` }),
    setMember: async () => ({
      path: `${api}/entities/${entity}/members/${await someone()}`,
      json: { role: 'read' },
    }),
    removeMember: async () => {
      const user = await someone();
      await store.access.setMember({ entity, user, role: 'read' }, {});
      return { path: `${api}/entities/${entity}/members/${user}` };
    },
  };
}
