import { randomBytes } from 'node:crypto';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '@cairn/conformance/servers';
import {
  type ErrorCode,
  type Observation,
  type OpenOptions,
  type ReferenceEntry,
  readAll,
  type StorageHandler,
} from '@cairn/core';
import { expect, onTestFinished } from 'vitest';
import type { HttpWorld } from '../src/settings.js';

export const someBytes: Buffer = randomBytes(300_000);

/** A server that lasts as long as the test. */
export async function startServer(options?: HttpServerOptions): Promise<HttpServer> {
  const server = await startHttpServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** A world in which waiting takes no time but is noted. */
export function quickWorld(): { readonly world: HttpWorld; readonly sleeps: number[] } {
  const sleeps: number[] = [];
  let now = 0;
  return {
    sleeps,
    world: {
      now: () => now,
      random: () => 0.5,
      async sleep(ms) {
        sleeps.push(ms);
        now += ms;
      },
      lookup: async (hostname) => {
        throw new Error(`nobody should look up ${hostname}`);
      },
    },
  };
}

export async function observe(handler: StorageHandler, uri: string, checksum = true): Promise<Observation> {
  const observations: Observation[] = [];
  for await (const observation of handler.observe(uri, { checksum })) observations.push(observation);
  const [only] = observations;
  if (only === undefined || observations.length > 1)
    throw new Error(`observed ${observations.length} objects`);
  return only;
}

/** The entry that an observation becomes. */
export async function refer(handler: StorageHandler, uri: string, checksum = true): Promise<ReferenceEntry> {
  const { kind: _, ...observation } = await observe(handler, uri, checksum);
  return { kind: 'reference', ...observation };
}

export async function read(
  handler: StorageHandler,
  reference: ReferenceEntry,
  options?: OpenOptions,
): Promise<Buffer> {
  return Buffer.from(await readAll(handler.open(reference, options)));
}

/** Compares many bytes quickly. */
export function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  expect(found.length).toBe(expected.length);
  expect(Buffer.from(found).equals(expected)).toBe(true);
}

/** Rejects with a CairnError of this code; returns its message. */
export async function expectError(work: Promise<unknown>, code: ErrorCode): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'CairnError', code });
  return (error as Error).message;
}
