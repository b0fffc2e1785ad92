import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyIterable, concatBytes, readAll } from '@cairn/core';
import { expect } from 'vitest';
import { failureOf } from './expect-cairn-error.js';

/** Bytes that no store has seen. */
export function freshBytes(size: number): Uint8Array {
  return new Uint8Array(randomBytes(size));
}

/** A name that no store has seen. */
export function freshName(stem: string): string {
  return `${stem}-${randomUUID().slice(0, 13)}`;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export async function collect<T>(items: AnyIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Bytes as a stream of chunks. */
export async function* chunked(bytes: Uint8Array, chunkSize: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
}

/** Asserts equality without printing megabytes. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length, 'length').toBe(expected.length);
  expect(Buffer.compare(actual, expected), 'byte order').toBe(0);
}

export async function expectStream(actual: AsyncIterable<Uint8Array>, expected: Uint8Array): Promise<void> {
  expectBytes(await readAll(actual), expected);
}

/** Runs something in a folder of its own, which is gone afterwards. */
export async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'cairn-conformance-')));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asserts that a call that is given an aborted signal does nothing but reject with the reason. */
export async function expectAborted(
  call: (signal: AbortSignal) => Promise<unknown> | AsyncIterable<unknown>,
): Promise<void> {
  const reason = new Error('the caller has changed its mind');
  const error = await failureOf(call(AbortSignal.abort(reason)));
  expect(error, 'the reason of the signal').toBe(reason);
}

/**
 * Asserts what must hold of a read whose signal is aborted after the first chunk: it rejects with the reason, or was
 * already whole. It never ends as if a part were the whole.
 */
export async function expectAbortedRead(
  read: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  expected: Uint8Array,
): Promise<void> {
  const reason = new Error('the caller has changed its mind');
  const controller = new AbortController();
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of read(controller.signal)) {
      chunks.push(chunk);
      controller.abort(reason);
    }
  } catch (error) {
    expect(error, 'the reason of the signal').toBe(reason);
    return;
  }
  expectBytes(concatBytes(chunks), expected);
}
