import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, type ByteRange, type ContentDigest, readAll, type Store } from '@cairn/core';
import { expect, onTestFinished } from 'vitest';
import { type OpenRemoteOptions, openRemote } from '../src/index.js';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.js';

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-remote-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const project = { entity: 'bikes', project: 'city' };

/** Time that passes as soon as somebody waits for it. */
export function quickWorld(): { world: NonNullable<OpenRemoteOptions['world']>; slept: number[] } {
  const slept: number[] = [];
  let passed = 0;
  const world = {
    now: () => performance.now() + passed,
    random: () => 1,
    sleep: async (ms: number) => {
      slept.push(ms);
      passed += ms;
    },
  };
  return { world, slept };
}

/** A server and a client of it, until the test is over. */
export async function connect(
  options: Partial<OpenRemoteOptions> & { server?: Parameters<typeof startLoopbackServer>[0] } = {},
): Promise<{ server: LoopbackServer; store: Store; slept: number[]; cacheDir: string }> {
  const { server: serverOptions, ...given } = options;
  const server = await startLoopbackServer(serverOptions);
  onTestFinished(() => server.close());
  const { world, slept } = quickWorld();
  const cacheDir = given.cacheDir ?? join(scratchFolder(), 'cache');
  const store = await openRemote({ url: server.url, world, ...given, cacheDir });
  onTestFinished(() => store.close());
  server.requests.length = 0;
  return { server, store, slept, cacheDir };
}

export const noise = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** All bytes of a blob, or of a part of it. */
export async function readBack(
  blobs: BlobStore,
  digest: ContentDigest | undefined,
  range?: ByteRange,
): Promise<Buffer> {
  return Buffer.from(await readAll(blobs.open(digest ?? 'blake3:', { range })));
}

/** Compares at once what would take a matcher seconds. */
export function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  expect(found.length).toBe(expected.length);
  expect(Buffer.compare(found, expected)).toBe(0);
}
