import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { badInputs, expandInput } from '@cairn/conformance';
import {
  CairnError,
  type ContentDigest,
  type Entry,
  loadHasher,
  openManifest,
  writeManifest,
} from '@cairn/core';
import { type OpenRemoteOptions, openRemote } from '@cairn/remote';
import { Api, Artifact, type Version, withRun } from '@cairn/sdk';
import { collect, readText } from '@cairn/testing';
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { createServer, listen, silentLogger } from '../src/index.js';
import { by, each, nothing, tryCorpus, type Way } from './corpus.js';
import { nearTo, openLab, storeArtifact } from './lab.js';

/* The corpus in the sdk and the client, over a real server. */

const lab = await openLab();
const mine = { entity: 'acme', project: 'bikes' };
const theirs = { entity: 'rival', project: 'secret' };
const apiKey = await lab.keyFor('ann', [{ ...mine, role: 'admin' }]);
const place = { store: lab.url, apiKey, ...mine };
const hasher = await loadHasher('blake3');
const folder = mkdtempSync(join(tmpdir(), 'cairn-corpus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  vi.stubEnv('CAIRN_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
});
afterAll(() => void vi.unstubAllEnvs());

const secretText = 'what only the rival has';
const secret = hasher.hash(Buffer.from(secretText));
const plans = await storeArtifact(lab.store, theirs, 'plans', { 'plan.txt': secretText });
const theirVersion = (await lab.store.catalog.commitVersion({ ...plans, ...theirs })).version.id;

let count = 0;
const fresh = (name: string) => join(folder, `${name}-${count++}`);

async function connect(options: Partial<OpenRemoteOptions> = {}) {
  const remote = await openRemote({ url: lab.url, apiKey, cacheDir: fresh('cache'), ...options });
  onTestFinished(() => remote.close());
  return remote;
}

async function failure(work: (() => unknown) | PromiseLike<unknown>): Promise<CairnError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (CairnError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Logs files and metadata, as a user's script does. */
function log(
  files: Readonly<Record<string, string | Uint8Array>>,
  metadata: object = {},
  name = `a-${count++}`,
) {
  return withRun(place, async (run) => {
    const artifact = new Artifact(name, { type: 'dataset', metadata: metadata as never });
    for (const [path, content] of Object.entries(files)) await artifact.newFile(path, content);
    return run.logArtifact(artifact);
  });
}

async function downloaded(version: Version<object>, paths: readonly string[]): Promise<Buffer[]> {
  const root = await version.download({ root: fresh('copy') });
  return paths.map((path) => readFileSync(join(root, path)));
}

/** Bytes are stored and come back as they are, whatever they are. */
async function keepsBytes(input: unknown): Promise<void> {
  const contents = expandInput(input) as Uint8Array[];
  const files = Object.fromEntries(contents.map((bytes, i) => [`${i}.pkl`, bytes]));
  const found = await downloaded(await log(files), Object.keys(files));
  for (const [i, bytes] of contents.entries()) expect(Buffer.compare(found[i] as Buffer, bytes)).toBe(0);
  expect(existsSync('executed')).toBe(false);
}

/** A path comes back as it was given. */
async function keepsPath(input: unknown): Promise<void> {
  for (const path of expandInput(input) as string[]) {
    expect(String((await downloaded(await log({ [path]: path }), [path]))[0])).toBe(path);
  }
}

/** What no metadata can be is refused where it is given; all else comes back as it was. */
async function keepsMetadata(input: unknown): Promise<void> {
  for (const value of expandInput(input)) {
    const metadata = typeof value === 'string' ? JSON.parse(value) : value;
    const { ref } = { ref: await log({ a: `${count++}` }, metadata) };
    const again = await new Api(place).artifact(String(ref));
    expect(JSON.stringify(again.metadata)).toBe(JSON.stringify(metadata));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }
}

async function refusesMetadata(input: unknown): Promise<void> {
  for (const value of expandInput(input)) {
    const name = `refused-${count++}`;
    const wrapped = Array.isArray(value) ? { value } : (value as object);
    expect((await failure(() => log({ a: 'a' }, wrapped, name))).code).toBe('metadata_invalid');
    expect((await failure(new Api(place).artifact(name))).code).toBe('not_found');
  }
}

const unauthenticated = async (key: string) => {
  const error = await failure(new Api({ ...place, apiKey: key }).artifact('a'));
  expect(inspect(error, { depth: 20 })).not.toContain(key);
  return [error.code, error.message, error.hint];
};

const text = each('conformance/src/bad-inputs.test.ts', 'metadata');
const foreign = each('sdk/test/bad-references.test.ts', 'foreignReference');
const added = each('sdk/test/bad-references.test.ts', 'reference');
const downloads = (words: string) => by('remote/test/downloads.test.ts', words);

const ways: Record<string, Way> = {
  'meta-01': refusesMetadata,
  'meta-04': refusesMetadata,
  'meta-05': keepsMetadata,
  'meta-07': text,
  'meta-08': text,
  'meta-10': refusesMetadata,
  async 'meta-12'(input) {
    const [description] = expandInput(input) as [string];
    const version = await withRun(place, async (run) => {
      const artifact = new Artifact('described', { description });
      await artifact.newFile('a', 'a');
      return run.logArtifact(artifact);
    });
    expect((await new Api(place).artifact(String(version))).description === description).toBe(true);
  },
  ...Object.fromEntries(
    badInputs()
      .filter(({ area }) => area === 'uri')
      .map(({ id, at }) => [id, at.includes('foreignReference') ? foreign : added]),
  ),

  async 'auth-02'() {
    const [near, far] = [nearTo(lab.root), `cairn_${'0'.repeat(49)}`];
    const said = await unauthenticated(near);
    expect(said[0]).toBe('unauthenticated');
    expect(await unauthenticated(far)).toEqual(said);
  },
  async 'auth-03'() {
    const passing = await lab.keyFor('tom', [{ ...mine, role: 'read' }]);
    const { catalog } = await connect({ apiKey: passing });
    expect(await catalog.getRun('none')).toBeUndefined();
    const { key } = await lab.json<{ key: { id: string } }>('/api/v1/me', { key: passing });
    await lab.store.access.revokeKey(key.id, {});
    expect((await failure(catalog.getRun('none'))).code).toBe('unauthenticated');
  },
  async 'auth-06'() {
    const api = new Api(place);
    const said = async (ref: string) => {
      const { code, message, hint } = await failure(api.artifact(ref));
      return [code, message, hint].join('\n').replace(/rival|nowhere/g, 'there');
    };
    expect(await said('rival/secret/plans:v0')).toBe(await said('nowhere/secret/plans:v0'));
    expect(await said('rival/secret/plans:v0')).toMatch(/^not_found/);
  },
  async 'auth-08'() {
    const { catalog } = await connect();
    for (const id of [theirVersion, 'version:999999']) {
      const error = await failure(catalog.deleteVersion(id, { deleteAliases: true }));
      expect(error.code).toBe('not_found');
    }
    expect(await lab.store.catalog.findVersion({ ...theirs, name: 'plans' }, { version: 0 })).toBeDefined();
  },
  async 'auth-09'(input) {
    for (const path of expandInput(input) as string[]) {
      const error = await failure(connect({ url: lab.url + path, retries: { attempts: 1 } }));
      expect(['unavailable', 'uri_invalid', 'not_found'], path).toContain(error.code);
    }
  },
  'auth-10': nothing('a client sends the method that it means'),
  async 'auth-13'() {
    const keys = [1, 8, 20, 49].map((shared) =>
      nearTo(lab.root.slice(0, 6 + shared)).padEnd(lab.root.length, '0'),
    );
    const said = await Promise.all(keys.map(unauthenticated));
    expect(new Set(said.map((lines) => lines.join())).size).toBe(1);
  },
  async 'auth-14'() {
    const limits = { addressRate: { perSecond: 0.001, burst: 2 } };
    const strict = await listen(createServer({ store: lab.store, logger: silentLogger, limits }), {
      port: 0,
    });
    onTestFinished(() => strict.close({ graceMs: 0 }));
    const wrong = await connect({ url: strict.url, apiKey: `cairn_${'0'.repeat(49)}` }); // the first of two
    expect((await failure(wrong.catalog.getRun('none'))).code).toBe('unauthenticated');
    expect((await failure(wrong.catalog.getRun('none'))).code).toBe('rate_limited');
  },
  'auth-15': by('cli/test/serve.test.ts', "'--no-keys', '--bind', '0.0.0.0'"),
  async 'auth-17'() {
    const day = 86_400_000;
    const expiresAt = new Date(Date.now() + day / 2).toISOString();
    const { catalog } = await connect({
      apiKey: await lab.keyFor('egon', [{ ...mine, role: 'read' }], expiresAt),
    });
    expect(await catalog.getRun('none')).toBeUndefined();
    lab.pass(day);
    expect((await failure(catalog.getRun('none'))).code).toBe('unauthenticated');
  },
  async 'auth-18'() {
    for (const url of [`${lab.url}?key=${apiKey}`, lab.url.replace('//', `//${apiKey}@`)]) {
      const error = await failure(connect({ url }));
      expect(error.code).toBe('uri_invalid');
      expect(inspect(error, { depth: 20 })).not.toContain(apiKey);
    }
  },

  async 'blob-02'() {
    const { blobsOf } = await connect();
    expect(await blobsOf(mine).has([secret])).toEqual(new Set());
    expect((await failure(readText(blobsOf(mine).open(secret)))).code).toBe('not_found');
    expect((await failure(blobsOf(theirs).has([secret]))).code).toBe('not_found');
  },
  async 'blob-04'() {
    // Whoever has the bytes sends them, and learns nothing of who had them before.
    const shared = Buffer.from('known to both in the end');
    await collect(lab.store.access.blobsOf(theirs).put([{ kind: 'bytes', bytes: shared }]));
    const blobs = (await connect()).blobsOf(mine);
    expect(await collect(blobs.put([{ kind: 'bytes', bytes: shared }]))).toMatchObject([{ created: true }]);
  },
  'blob-06': downloads('wrong bytes are never taken for right ones'),
  async 'blob-07'(input) {
    const blobs = (await connect()).blobsOf(mine);
    for (const digest of expandInput(input) as ContentDigest[]) {
      const path = fresh('file');
      expect(await blobs.has([digest])).toEqual(new Set());
      for (const work of [
        () => readText(blobs.open(digest)),
        () => collect(blobs.copyTo([{ digest, path }])),
      ])
        expect(['manifest_invalid', 'not_found', 'conflict'], digest).toContain((await failure(work)).code);
      expect(existsSync(path)).toBe(false);
    }
  },
  'blob-08': downloads('an answer that looks whole lacks frames'),
  'blob-10': by('remote/test/direct.test.ts', 'that sends too much is believed what was verified'),
  'blob-11': downloads('of another part than was asked for'),
  async 'blob-12'() {
    for (let round = 0; round < 3; round++) {
      const files = { large: Buffer.alloc(400_000, `${round} large `), small: `${round} small` };
      const versions = await Promise.all([0, 1, 2].map(() => log(files, {}, `race-${round}`)));
      expect(new Set(versions.map(String)).size).toBe(1);
      const [large] = await downloaded(versions[0] as Version<object>, ['large']);
      expect(large?.equals(files.large)).toBe(true);
    }
    expect((await lab.store.verify()).problems).toEqual([]);
  },
  'blob-15': keepsBytes,
  'blob-16': keepsBytes,

  async 'sign-01'() {
    const planned: unknown[] = [];
    const planRead = async (digest: Uint8Array) => {
      planned.push(digest);
      return { parts: [] };
    };
    const large = Buffer.alloc(9_000_000, 'their large file ');
    const [put] = await collect(lab.store.access.blobsOf(theirs).put([{ kind: 'bytes', bytes: large }]));
    const digest = put?.digest as ContentDigest;
    const planning = createServer({ store: { ...lab.store, planRead }, logger: silentLogger });
    const { url, close } = await listen(planning, { port: 0 });
    onTestFinished(() => close({ graceMs: 0 }));
    const read = async (key: string) => {
      const remote = await connect({ url, apiKey: key });
      return collect(remote.blobsOf(theirs).copyTo([{ digest, path: fresh('file') }]));
    };
    expect((await failure(read(apiKey))).code).toBe('not_found');
    expect(planned).toEqual([]);
    await read(lab.root);
    expect(planned).not.toEqual([]);
  },
  'sign-02': nothing('a client names what it asks for by digests, which are tried as blob-07'),
  'sign-04': nothing('a client shows no bytes: it makes files of them, and checks their digest'),
  'sign-06': by('remote/test/direct.test.ts', "not.toContain('signature')"),

  'log-01': by('cli/test/terminal.test.ts', 'do not steer the terminal'),
  'log-02': by('cli/test/terminal.test.ts', 'do not steer the terminal'),

  async 'dos-01'() {
    await log({ a: 'listed' });
    const all = await collect(new Api(place).artifacts({ limit: 1_000_000_000_000 }));
    expect(all.length).toBeGreaterThan(0);
  },
  'dos-02': by('remote/test/uploads.test.ts', 'the answer never comes'),
  async 'dos-04'(input) {
    const { count: entries } = input as { readonly count: number };
    const { catalog, blobsOf } = await connect();
    const basis = await blobsOf(mine).basis();
    const request = { ...plans, ...mine, name: 'large', basis, entryCount: entries };
    expect((await failure(catalog.commitVersion(request))).code).toBe('quota_exceeded');
    // The same with a limit that a test can reach by what it logs.
    const limits = { entries: 3 };
    const strict = await listen(createServer({ store: lab.store, logger: silentLogger, limits }), {
      port: 0,
    });
    onTestFinished(() => strict.close({ graceMs: 0 }));
    const logging = withRun({ ...place, store: strict.url }, async (run) => {
      const artifact = new Artifact('large');
      for (let i = 0; i < 4; i++) await artifact.newFile(`${i}`, 'x');
      return run.logArtifact(artifact);
    });
    const error = await failure(logging);
    expect([error.code, error.isRetryable]).toEqual(['quota_exceeded', false]);
    expect((await failure(new Api(place).artifact('large'))).code).toBe('not_found');
  },
  async 'dos-05'() {
    const path = ['^(a+)+$'];
    await log({ a: 'pattern' }, { 'a+': 'x' });
    const where = [{ field: 'metadata', path, operator: '=', value: 'a'.repeat(50) }] as const;
    expect(await collect(new Api(place).artifacts({ where }))).toEqual([]);
  },

  'ok-01': keepsPath,
  'ok-02': keepsPath,
  'ok-04': keepsPath,
  'ok-05': keepsPath,
  'ok-06': keepsPath,
  'ok-08': keepsPath,
  'ok-12': keepsBytes,
  async 'ok-13'() {
    const version = await log({ 'in/file': 'text' });
    const [real, link] = [fresh('real'), fresh('link')];
    mkdirSync(real);
    symlinkSync(real, link);
    await version.download({ root: link });
    expect(readFileSync(join(real, 'in/file'), 'utf8')).toBe('text');
  },
  'ok-14': added,
  'ok-16': keepsMetadata,
  async 'ok-17'(input) {
    const { count: entries } = input as { readonly count: number };
    const { catalog, blobsOf } = await connect();
    const blobs = blobsOf(mine);
    const [stored] = await collect(blobs.put([{ kind: 'bytes', bytes: Buffer.from('x') }]));
    const digest = stored?.digest as ContentDigest;
    const paths = Array.from({ length: entries }, (_, i) => `folder-${i % 100}/file-${i}`).sort();
    const policy = { name: 'default', config: {} };
    const basis = await blobs.basis();
    const listed = paths.map((path): Entry => ({ kind: 'file', path, digest, size: 1 }));
    const written = await writeManifest(listed, blobs, policy);
    const body = { ...plans, ...mine, ...written, name: 'many', manifest: written.blob, basis };
    const { version } = await catalog.commitVersion(body);
    let found = 0;
    for await (const batch of (await openManifest(blobs, version.manifest)).batches()) found += batch.length;
    expect([found, version.entryCount]).toEqual([entries, entries]);
  },
  'ok-18': by('../bench/src/benches.ts', 'a file of 5 GiB up and down'),
};

tryCorpus(ways);
