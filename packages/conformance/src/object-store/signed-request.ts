import type { SignedRequest } from '@cairn/core';
import { expect } from 'vitest';

/** A signed request, or something like it. */
type Request = Omit<SignedRequest, 'method'> & { readonly method: string };

/** Makes a request as it is. The length of a body is said by who sends it. */
export function send({ url, method, headers }: Request, body?: Uint8Array): Promise<Response> {
  const { 'content-length': _, ...rest } = headers;
  const bytes = body === undefined ? null : new Uint8Array(body);
  return fetch(url, { method, headers: rest, body: bytes, redirect: 'error' });
}

export async function expectRefused(request: Request, body?: Uint8Array): Promise<void> {
  const answer = await send(request, body);
  await answer.arrayBuffer();
  expect(answer.status, `${request.method} ${request.url}`).toBeGreaterThanOrEqual(400);
  expect(answer.status, `${request.method} ${request.url}`).toBeLessThan(500);
}
