import { CairnError, type CallOptions } from '@cairn/core';
import { maxPackBytes, type PackPlan } from '@cairn/remote/protocol';
import type { AdoptedPack, AdoptOptions } from '@cairn/store';
import type { Call } from '../call.js';
import { malformed, tooMany } from '../http/http-failure.js';
import { declaredLength, readBody } from '../http/read-body.js';

/**
 * Has the store take in the pack that a client sends, and makes what is in it the project's. A client that is slow takes up a
 * file and a place among the uploads, but nothing that others wait for. Answers how many records it has.
 */
export async function receivePack(call: Call): Promise<number> {
  const { request, env, services } = call;
  const { store, metrics } = services;
  const declared = declaredLength(request.headers);
  if (declared === undefined) throw malformed('a pack needs a Content-Length');
  return takePack(call, (options) => store.adoptPack(counted(), options));

  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    let received = 0;
    for await (const chunk of readBody(request, env, maxPackBytes)) {
      received += chunk.length;
      metrics.received(chunk.length);
      yield chunk;
    }
    if (received === declared) return;
    throw new CairnError('integrity_mismatch', `the pack ended after ${received} of ${declared} bytes`);
  }
}

/** A place in the bucket for a pack of so many bytes, where there is such a thing. It is good for who asks, and this project. */
export async function planPack(call: Call, bytes: number): Promise<PackPlan> {
  const { store, hasDirectUploads } = call.services;
  if (bytes > maxPackBytes) {
    throw new CairnError('quota_exceeded', `a pack has at most ${maxPackBytes} bytes`, {
      hint: 'Send what it holds in several packs.',
    });
  }
  if (!hasDirectUploads) return {};
  const plan = await inTurn(call, (options) =>
    store.planWrite?.(bytes, { ...options, owner: ownerOf(call) }),
  );
  if (plan === undefined) return {};
  const { request, token } = plan;
  return { place: { url: request.url, headers: request.headers, token } };
}

/** Has the store take in the pack that a client wrote to its place in the bucket, as if it had been sent. */
export async function takePlannedPack(call: Call, token: string): Promise<number> {
  const { store } = call.services;
  return takePack(call, async (options) => {
    if (store.adoptWritten === undefined)
      throw new CairnError('not_found', 'this server gives no places for packs');
    return store.adoptWritten(token, { ...options, owner: ownerOf(call) });
  });
}

async function takePack(call: Call, adopt: (options: AdoptOptions) => Promise<AdoptedPack>): Promise<number> {
  const { project, services } = call;
  const { access } = services.store;
  return inTurn(call, async ({ signal }) => {
    const { digests } = await adopt({
      signal,
      linked: (some, more) => access.linked(project, some, more),
      maxBytes: maxPackBytes,
    });
    await access.link(project, digests, { signal });
    return digests.length;
  });
}

/** Does something that takes up a place among the uploads. */
async function inTurn<T>(
  { principal, services: { uploads }, options }: Call,
  work: (options: CallOptions) => T | Promise<T>,
): Promise<T> {
  const leave = uploads.enter(principal.key.id);
  if (leave === undefined) throw tooMany('too many uploads at once', 1);
  try {
    return await work({ signal: options.signal });
  } finally {
    leave();
  }
}

function ownerOf({ principal, project: { entity, project } }: Call): string {
  return JSON.stringify([entity, project, principal.key.id]);
}
