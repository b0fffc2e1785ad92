import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, type ProjectRef, writeManifest } from '@cairn/core';
import type { CommitBody } from '@cairn/remote/protocol';
import { type LocalStore, openStore, type Scope } from '@cairn/store';
import { afterAll } from 'vitest';
import { createServer, listen, type Server, type ServerOptions } from '../src/index.js';
import type { ServedStore } from '../src/served-store.js';
import { send } from './send.js';

/** What a request of a test says beside its path. */
export interface Ask {
  readonly method?: string;
  readonly key?: string | undefined;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Lines of a log, as they were written. */
export interface Heard {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export interface Lab {
  readonly store: LocalStore;
  readonly server: Server;
  /** Where it listens. */
  readonly url: string;
  /** Of a server admin. */
  readonly root: string;
  readonly log: Heard[];
  /** Moves the clock of the store and of the limits. */
  pass(ms: number): void;
  /** Asks over a real connection. */
  ask(path: string, ask?: Ask): Promise<Response>;
  /** The answer's JSON; its status must be this. */
  json<T>(path: string, ask: Ask & { readonly status?: number }): Promise<T>;
  /** A key of a user who may do in these places what the key may. */
  keyFor(user: string, scopes: readonly Scope[], expiresAt?: string): Promise<string>;
}

export const api = '/api/v1';

export interface LabOptions extends Partial<ServerOptions> {
  /** What of the store is served. Default: as it is. */
  readonly served?: (store: LocalStore) => ServedStore;
}

/** A store in a folder of its own with a server in front of it; both go when the tests of the file are over. */
export async function openLab({ served = (store) => store, ...options }: LabOptions = {}): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-server-test-'));
  let passed = 0;
  const store = await openStore(folder, { now: () => new Date(Date.now() + passed) });
  const log: Heard[] = [];
  const hear = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields, message });
  const server = createServer({
    store: served(store),
    logger: { info: hear('info'), warn: hear('warn'), error: hear('error') },
    now: () => performance.now() + passed,
    ...options,
  });
  afterAll(async () => {
    await server.close({ graceMs: 100 }); // tests leave answers unread
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { token } = await store.access.createBootstrapToken();
  const { secret: root } = await store.access.redeemBootstrapToken(token, { user: 'root' });
  const users = new Set<string>();

  const listening = await listen(server, { port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  afterAll(async () => {
    agent.destroy();
    await listening.close({ graceMs: 0 });
  });

  const ask: Lab['ask'] = (path, { method = 'GET', key, json, text, bytes, headers = {} } = {}) =>
    send({
      // Whoever lies about a length leaves a connection that nobody else can use.
      agent: 'content-length' in headers ? false : agent,
      port: new URL(listening.url).port,
      path: server.basePath + path,
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(json === undefined && text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bytes === undefined ? {} : { 'content-length': String(bytes.length) }),
        ...headers,
      },
      body: json === undefined ? (text ?? bytes) : JSON.stringify(json),
    });

  return {
    store,
    server,
    url: listening.url,
    root,
    log,
    ask,
    pass(ms) {
      passed += ms;
    },
    async json(path, { status = 200, ...rest }) {
      const answer = await ask(path, rest);
      const text = await answer.text();
      if (answer.status !== status) throw new Error(`${path}: ${answer.status}, not ${status}: ${text}`);
      return JSON.parse(text);
    },
    async keyFor(user, scopes, expiresAt) {
      const by = {};
      if (!users.has(user)) {
        users.add(user);
        await store.access.createUser({ name: user }, by);
      }
      for (const { entity, role } of scopes) await store.access.setMember({ entity, user, role }, by);
      return (await store.access.createKey({ user, name: 'test', scopes, expiresAt }, by)).secret;
    },
  };
}

/** A key that differs in its last letter only. */
export function nearTo(key: string): string {
  return key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
}

/** Stores files and their manifest in a project, and answers what is to be sent to make a version of them. */
export async function storeArtifact(
  store: ServedStore,
  project: ProjectRef,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<CommitBody> {
  const blobs = store.access.blobsOf(project);
  const basis = await blobs.basis();
  const paths = Object.keys(files).sort();
  const sources = paths.map(
    (path) => ({ kind: 'bytes', bytes: Buffer.from(files[path] as string) }) as const,
  );
  const entries: Entry[] = [];
  for await (const { index, digest, size } of blobs.put(sources)) {
    entries[index] = { kind: 'file', path: paths[index] as string, digest, size };
  }
  const policy = { name: 'default', config: {} };
  const { digest, blob: manifest, entryCount, size } = await writeManifest(entries, blobs, policy);
  return {
    name,
    type: 'dataset',
    digest,
    manifest,
    entryCount,
    size,
    metadata: {},
    aliases: [],
    tags: [],
    basis,
  };
}
