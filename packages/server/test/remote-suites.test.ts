import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testBlobStore, testCatalog } from '@cairn/conformance';
import {
  type Catalog,
  type CommitRequest,
  type ContentDigest,
  checkCommit,
  type Entry,
  type Store,
  type VersionRecord,
  writeManifest,
} from '@cairn/core';
import { openRemote } from '@cairn/remote';
import { openStore } from '@cairn/store';
import { endLength, footerBytes, rawDigest, readTable } from '@cairn/store/engine';
import { afterAll, beforeAll } from 'vitest';
import { createServer, listen, type ServedStore, silentLogger } from '../src/index.js';

/*
 * The suites of the seams over the whole way: a client, HTTP with a key, the server, a store in a folder. The catalog's makes up
 * digests, and a server takes no version whose manifest isn't there: each stands for that of a real manifest here.
 */

async function serve() {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-served-'));
  let ahead = 0;
  const local = await openStore(join(folder, 'store'), { now: () => new Date(Date.now() + ahead) });
  const server = createServer({ store: local, logger: silentLogger });
  const listening = await listen(server, { port: 0 });
  const { token } = await local.access.createBootstrapToken();
  const { secret: apiKey } = await local.access.redeemBootstrapToken(token, { user: 'root' });
  const stores: Store[] = [];
  return {
    folder,
    local,
    async connect(): Promise<Store> {
      const cacheDir = join(folder, `cache-${stores.length}`);
      const store = await openRemote({ url: listening.url, apiKey, cacheDir });
      stores.push(store);
      return store;
    },
    advance(milliseconds: number) {
      ahead += milliseconds;
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await listening.close({ graceMs: 0 });
      await server.close();
      await local.close();
      await rm(folder, { recursive: true });
    },
  };
}

// All cases share one server, as projects do.
let served: Awaited<ReturnType<typeof serve>>;
let client: Store;
let real: ReturnType<typeof realManifests>;
beforeAll(async () => {
  served = await serve();
  client = await served.connect();
  real = realManifests(served.local);
});
afterAll(() => served.dispose());

testCatalog('a server’s', async () => ({
  catalog: real(client.catalog),
  reopen: async () => real((await served.connect()).catalog),
  advance: served.advance,
  deviations: [
    {
      case: 'makes no version by a commit whose basis is outdated, and says that it can be repeated',
      reason: 'a server finds out by itself that all is there, under a basis of its own',
    },
  ],
}));

const project = { entity: 'acme', project: 'bikes' };
testBlobStore('a server’s', async () => ({
  blobs: client.blobsOf(project),
  capabilities: ['paths' as const],
  reopen: async () => (await served.connect()).blobsOf(project),
  damage: async (digest: ContentDigest) => damage(join(served.folder, 'store', 'packs'), digest),
}));

/** Changes a byte of a record behind the store's back. */
function damage(packs: string, digest: ContentDigest): void {
  for (const name of readdirSync(packs)) {
    const path = join(packs, name);
    const pack = readFileSync(path);
    const end = pack.subarray(-(endLength(pack.subarray(-footerBytes)) ?? 0));
    for (const record of readTable(end)) {
      if (Buffer.compare(record.digest, rawDigest(digest)) !== 0) continue;
      const at = record.start + (record.length >> 1);
      pack[at] = (pack[at] as number) ^ 1;
      writeFileSync(path, pack, { mode: 0o644 });
    }
  }
}

type Content = Pick<CommitRequest, 'digest' | 'manifest' | 'entryCount' | 'size'>;

/** Has every commit be one of a manifest that is there, and shows the digests that were asked for. */
function realManifests(store: ServedStore): (catalog: Catalog) => Catalog {
  const shown = new Map<string, Content>();
  const stored = new Map<string, Promise<Content>>();

  async function storeManifest({ entity, project, digest, entryCount, size }: CommitRequest) {
    const uris = Array.from(
      { length: Math.min(entryCount, 10) },
      (_, i) => `https://example.com/${digest}/${i}`,
    );
    const entries = uris.map((uri, i): Entry => {
      return { kind: 'reference', path: `${i}`, uri, digest: `uri:${uri}`, size: i === 0 ? size : 0 };
    });
    const blobs = store.access.blobsOf({ entity, project });
    const written = await writeManifest(entries, blobs, { name: 'default', config: {} });
    return {
      digest: written.digest,
      manifest: written.blob,
      entryCount: written.entryCount,
      size: written.size,
    };
  }

  const show = (version: VersionRecord): VersionRecord => ({ ...version, ...shown.get(version.digest) });
  async function* showAll(versions: AsyncIterable<VersionRecord>) {
    for await (const version of versions) yield show(version);
  }

  return (catalog) => ({
    ...catalog,
    async commitVersion(request, options) {
      try {
        checkCommit(request);
      } catch {
        return catalog.commitVersion(request, options);
      }
      const key = JSON.stringify([request.entity, request.project, request.digest, request.entryCount]);
      const made = stored.get(key) ?? storeManifest(request);
      stored.set(key, made);
      const real = await made;
      const { digest, manifest, entryCount, size } = request;
      shown.set(real.digest, { digest, manifest, entryCount, size });
      const { version, created } = await catalog.commitVersion({ ...request, ...real }, options);
      return { version: show(version), created };
    },
    async findVersion(collection, selector, options) {
      const asked =
        'digest' in selector
          ? {
              digest: [...shown].find(([, { digest }]) => digest === selector.digest)?.[0] ?? selector.digest,
            }
          : selector;
      const version = await catalog.findVersion(collection, asked as typeof selector, options);
      return version === undefined ? undefined : show(version);
    },
    listVersions: (query, options) => showAll(catalog.listVersions(query, options)),
    updateVersion: async (id, patch, options) => show(await catalog.updateVersion(id, patch, options)),
    restoreVersion: async (id, options) => show(await catalog.restoreVersion(id, options)),
    versionsOfRun: (id, direction, options) => showAll(catalog.versionsOfRun(id, direction, options)),
    async lineage(request, options) {
      const graph = await catalog.lineage(request, options);
      const nodes = graph.nodes.map((node) =>
        node.kind === 'version' ? { ...node, version: show(node.version) } : node,
      );
      return { ...graph, nodes };
    },
  });
}
