import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BadInput, badInputs, expandInput } from '@cairn/conformance';
import { type HttpServer, startHttpServer, startS3Server } from '@cairn/conformance/servers';
import type { StorageHandler } from '@cairn/core';
import { type HttpHandlerOptions, httpHandler } from '@cairn/http';
import { s3Handler } from '@cairn/s3';
import { spyOnConnect } from '@cairn/testing';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Artifact, type Version, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { contents } from './support/versions.js';

// What comes in with a reference: URIs, manifests that someone else wrote, and what servers answer.

const folder = testFolder();
let connected: readonly string[];
let server: HttpServer;

beforeEach(async () => {
  become('home');
  connected = spyOnConnect();
  server = await startHttpServer();
  onTestFinished(() => server.close());
});

const storeFolder = () => folder.join('store');

/** Whoever runs a program from now on has this home. What others recorded is not their own. */
function become(user: string): void {
  vi.stubEnv('XDG_DATA_HOME', folder.join(user));
  vi.stubEnv('XDG_CACHE_HOME', folder.join(user));
}

/** Someone writes a manifest that refers to anything at all. */
async function logAnything(uri: string): Promise<void> {
  become('home of someone else');
  const schemes = ['file', 'http', 'https', 's3', 'gs', 'gopher', 'ftp', 'data', 'javascript', 'blob', 'jar'];
  const liar: StorageHandler = {
    specVersion: 1,
    name: 'liar',
    schemes,
    async *observe(uri) {
      yield { kind: 'object', path: 'x', uri, digest: `uri:${uri}` };
    },
    async *open() {},
  };
  await withRun({ store: storeFolder() }, async (run) => {
    const artifact = new Artifact('bad', { handlers: [liar] });
    await artifact.addReference(uri);
    await run.logArtifact(artifact);
  });
  become('home');
}

/** Uses the version that was logged last, with these handlers before the usual ones. */
function use<T>(work: (version: Version) => Promise<T>, handlers: StorageHandler[] = []): Promise<T> {
  return withRun({ store: storeFolder(), handlers }, async (run) =>
    work(await run.useArtifact('bad:latest')),
  );
}

/** Tries to get at a foreign reference in every way there is. All are refused alike, and nothing is written. */
async function expectRefused(code: string | undefined, handlers: StorageHandler[] = []): Promise<string> {
  const messages: string[] = [];
  await use(async (version) => {
    const entry = await version.getPath('x');
    for (const attempt of [
      () => version.download({ root: folder.join('out') }),
      () => entry.download({ root: folder.join('out') }),
      () => new Response(entry.open()).text(),
    ]) {
      const error = await caught(attempt());
      expect(error.code, error.message).toBe(code);
      messages.push(error.message);
    }
    const { ok, changed, missing, unverified } = await version.checkReferences();
    expect([ok, changed, missing, unverified.map(({ path }) => path)]).toEqual([[], [], [], ['x']]);
  }, handlers);
  expect(existsSync(folder.join('out/x'))).toBe(false);
  return messages.join();
}

interface Described {
  readonly kind: string;
  readonly to?: readonly string[];
  readonly answers?: readonly string[][];
  readonly name?: string;
  readonly headers?: Record<string, string>;
  readonly sent?: Record<string, string>;
  readonly count?: number;
}

/** A handler for which `name` is at these addresses. */
function handlerAt(
  name: string,
  addresses: readonly string[],
  options: HttpHandlerOptions = {},
): StorageHandler {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const lookup = async (hostname: string) => (hostname === name ? found : []);
  return httpHandler({ retries: { attempts: 1 }, ...options, world: { lookup } });
}

/** What takes more than a URI, by the kind of its input. */
const foreignScenes: Record<string, (input: Described, code: string | undefined) => Promise<void>> = {
  async redirect({ to = [] }, code) {
    const handlers = [handlerAt('allowed.test', ['127.0.0.1'], { allowPrivate: ['allowed.test'] })];
    const origin = server.origin.replace('127.0.0.1', 'allowed.test');
    await logAnything(`${origin}/a`);
    for (const target of to) {
      server.order('/a', { kind: 'redirect', to: target }, { times: Number.POSITIVE_INFINITY });
      server.order(
        '/a',
        { kind: 'redirect', to: target },
        { times: Number.POSITIVE_INFINITY, method: 'HEAD' },
      );
      await expectRefused(code, handlers);
      expect(new Set(connected)).toEqual(new Set(['127.0.0.1']));
      expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(['/a']));
    }
  },
  async dns({ name = '', answers: [addresses = []] = [] }, code) {
    await logAnything(`${server.origin.replace('127.0.0.1', name)}/a`);
    await expectRefused(code, [handlerAt(name, addresses)]);
    expect(connected).toEqual([]);
  },
};

describe('in a manifest that someone else wrote', () => {
  test.each(badInputs('foreignReference'))('$outcome $id: $check', async ({ input, code }: BadInput) => {
    for (const value of expandInput(input)) {
      if (typeof value !== 'string') {
        await foreignScenes[(value as Described).kind]?.(value as Described, code);
        continue;
      }
      await logAnything(value);
      expect(await expectRefused(code)).not.toContain('s3cr3t');
      expect(connected).toEqual([]);
    }
  });
});

/** What takes more than a URI, by id: what is done, and what must not come of it. */
const scenes: Record<string, (input: Described) => Promise<void>> = {
  async 'uri-05'({ to = [] }) {
    for (const target of to) {
      server.order('/a', { kind: 'redirect', to: target }, { method: 'HEAD' });
      const artifact = new Artifact('bad', { handlers: [httpHandler()] });
      expect((await caught(artifact.addReference(`${server.origin}/a`))).code).toBe('scheme_refused');
    }
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(to.map(() => 'HEAD /a'));
  },

  async 'uri-17'({ count = 0 }) {
    const { handler, bucket } = await s3('bucket');
    for (let n = 0; n < count; n++) bucket.put(`${n}`, Buffer.from('x'));
    const artifact = new Artifact('bad', { handlers: [handler] });
    expect((await caught(artifact.addReference('s3://bucket'))).code).toBe('too_many_objects');
    expect(await logged(artifact)).toEqual({});
  },

  async 'uri-20'({ headers }) {
    server.put('/a', { bytes: 'a', etag: 'none', headers });
    await logOne(`${server.origin}/a`);
    const before = everyFile();
    await use(async (version) => {
      await version.download({ root: folder.join('out') });
      await version.download({ root: folder.join('out') });
    });
    const made = everyFile().filter((file) => !before.includes(file) && !file.startsWith('store/'));
    expect(made).toContain('out/a');
    for (const file of made)
      expect(file).toMatch(/^(out\/a|home\/cairn\/references\/[0-9a-f]{2}\/[0-9a-f]{62})$/);
  },

  async 'uri-22'({ sent = {} }) {
    const other = await startHttpServer();
    onTestFinished(() => other.close());
    const to = other.put('/b', { bytes: 'b' });
    for (const method of ['HEAD', 'GET'] as const) {
      server.order('/a', { kind: 'redirect', to }, { method, times: Number.POSITIVE_INFINITY });
    }
    const handlers = [httpHandler({ headers: { [server.origin]: sent } })];
    await logOne(`${server.origin}/a`, handlers);
    await use((version) => version.download({ root: folder.join('out') }), handlers);
    const names = Object.keys(sent).map((name) => name.toLowerCase());
    const seen = (asked: HttpServer) =>
      asked.requests.map(({ headers }) => names.filter((name) => headers[name] !== undefined));
    expect(seen(server)).toEqual([names, names]);
    expect(seen(other)).toEqual([[], []]);
    expect(readFileSync(folder.join('out/a'), 'utf8')).toBe('b');
  },

  async 'ok-14'() {
    const { handler, bucket } = await s3('b');
    bucket.versioning = 'Enabled';
    const { versionId } = bucket.put('a+b c/%41', Buffer.from('one'));
    bucket.put('a+b c/%41', Buffer.from('two'));
    await logOne(`s3://b/a+b c/%41?versionId=${versionId}`, [handler]);
    await use((version) => version.download({ root: folder.join('out') }), [handler]);
    expect(readFileSync(folder.join('out/%41'), 'utf8')).toBe('one');
  },
};

describe('added', () => {
  test.each(badInputs('reference'))(
    '$outcome $id: $check',
    async ({ id, input, outcome, code }: BadInput) => {
      const scene = scenes[id];
      if (scene !== undefined) await scene(input as Described);
      else {
        for (const value of expandInput(input) as string[]) {
          const uri = value.replace(/^http:\/\/h(?![\w.])/, server.origin);
          if (outcome === 'reject') await expectNotAdded(uri, code);
          else await expectContained(uri);
        }
      }
      expect(new Set([...connected, '127.0.0.1'])).toEqual(new Set(['127.0.0.1']));
    },
  );

  async function expectNotAdded(uri: string, code: string | undefined): Promise<void> {
    for (const checksum of [true, false]) {
      const artifact = new Artifact('bad');
      const error = await caught(artifact.addReference(uri, { checksum }));
      expect(error.code, `${uri}: ${error.message}`).toBe(code);
      expect(`${error.message} ${error.stack}`).not.toContain('s3cr3t');
      expect(await logged(artifact)).toEqual({});
    }
    expect(server.requests).toEqual([]);
  }

  async function expectContained(uri: string): Promise<void> {
    const url = new URL(uri);
    server.put(url.pathname + url.search, { bytes: uri });
    await logOne(uri);
    const before = everyFile();
    await use((version) => version.download({ root: folder.join('out') }));
    const made = everyFile().filter((file) => !before.includes(file) && !/^(store|home)\//.test(file));
    expect(
      made.every((file) => /^out\/(x|etc)$/.test(file)),
      made.join(),
    ).toBe(true);
  }
});

/** A double of S3 with one bucket. */
async function s3(name: string) {
  const double = await startS3Server({ buckets: [name] });
  onTestFinished(() => double.close());
  return { handler: s3Handler({ clientConfig: double }), bucket: double.bucket(name) };
}

function logOne(uri: string, handlers: StorageHandler[] = []): Promise<unknown> {
  return withRun({ store: storeFolder(), handlers }, async (run) => {
    const artifact = new Artifact('bad', handlers.length > 0 ? { handlers } : {});
    await artifact.addReference(uri);
    await run.logArtifact(artifact);
  });
}

function logged(artifact: Artifact): Promise<Record<string, string>> {
  return withRun({ store: storeFolder() }, async (run) => contents(await run.logArtifact(artifact)));
}

/** All files in the folder of this test, and above it what has the name that an attack would give it. */
function everyFile(): string[] {
  const found = readdirSync(folder.path, { recursive: true, withFileTypes: true });
  return found
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name).slice(folder.path.length + 1));
}
