import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CairnError, type ContentDigest } from '@cairn/core';
import { collect } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import type { Fault, Reply } from './loopback-server.js';
import { connect, expectBytes, noise, project, readBack, scratchFolder } from './rig.js';

/*
 * Answers that are broken in ways of which an HTTP client takes some for whole: those whose end is that of the connection, those
 * that are for something else. Each is noticed: what was asked for comes after all, or there is an error and no file.
 */

const text = (value: string) => Buffer.from(value, 'latin1');

/** An answer as it goes over the wire. */
function answer(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([text(`HTTP/1.1 ${status} Odd\r\n${lines.join('')}\r\n`), body]);
}

const half = ({ body = new Uint8Array() }: Reply) => body.subarray(0, body.length >> 1);
const whole = ({ body = new Uint8Array() }: Reply) => body;
const chunk = (bytes: Uint8Array) =>
  Buffer.concat([text(`${bytes.length.toString(16)}\r\n`), bytes, text('\r\n')]);
const chunked = { 'transfer-encoding': 'chunked' };
const closing = { connection: 'close' };
const of = (length: number) => ({ 'content-length': String(length) });

/** Ways in which an answer is odd, and whether the blob still comes by asking once more. */
const ways: Readonly<Record<string, Fault>> = {
  'shorter than its length': raw((reply) => answer(200, of(whole(reply).length), half(reply))),
  'longer than its length': raw((reply) => answer(200, of(half(reply).length), whole(reply))),
  'cut in a chunk': raw((reply) =>
    answer(200, chunked, chunk(whole(reply)).subarray(0, whole(reply).length >> 1)),
  ),
  'without its last chunk': raw((reply) => answer(200, chunked, chunk(half(reply)))),
  'cut where the connection says where it ends': raw((reply) => answer(200, closing, half(reply))),
  'packed, and cut': raw((reply) => {
    const packed = gzipSync(whole(reply));
    return answer(200, { ...closing, 'content-encoding': 'gzip' }, packed.subarray(0, packed.length >> 1));
  }),
  'packed, though nobody asked for it': raw((reply) => {
    const packed = gzipSync(whole(reply));
    return answer(200, { ...of(packed.length), 'content-encoding': 'gzip' }, packed);
  }),
  'broken by a reset': raw((reply) => answer(200, of(whole(reply).length), half(reply)), 'reset'),
  'another part than was asked for': raw((reply) => {
    const range = `bytes 10-${9 + half(reply).length}/${whole(reply).length}`;
    return answer(206, { ...of(half(reply).length), 'content-range': range }, half(reply));
  }),
  'other bytes of the same number': raw((reply) =>
    answer(200, of(whole(reply).length), Buffer.from(whole(reply)).fill(7, 5000, 5001)),
  ),
  'an error page that says it is none': raw(() => {
    const page = text('<html><h1>Sorry</h1></html>');
    return answer(200, { ...of(page.length), 'content-type': 'text/html' }, page);
  }),
  'nothing, and says that this is all': raw(() => answer(200, of(0), new Uint8Array())),
  'no HTTP': raw(() => text('SSH-2.0-OpenSSH_9.9\r\n')),
};

function raw(write: (reply: Reply) => Uint8Array, end: 'fin' | 'reset' = 'fin'): Fault {
  return { kind: 'raw', write, end };
}

describe.each(['small', 'large'] as const)('a %s blob, of which the answer is', (kind) => {
  const bytes = Buffer.from(noise(kind === 'small' ? 100_000 : 600_000));
  const route = kind === 'small' ? 'readBlobs' : 'getBlob';

  test.each(Object.entries(ways))('%s', async (_, fault) => {
    const { server, store } = await connect({ timeouts: { headersMs: 2000, bodyMs: 2000 } });
    const blobs = store.blobsOf(project);
    const [put] = await collect(blobs.put([{ kind: 'bytes', bytes }]));
    const digest = put?.digest as ContentDigest;
    for (const times of [1, 100]) {
      server.order(route, fault, times);
      const folder = scratchFolder();
      const path = join(folder, 'file');
      const failure = await collect(blobs.copyTo([{ digest, path }])).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) expectBytes(readFileSync(path), bytes);
      else {
        expect(CairnError.is(failure), String(failure)).toBe(true);
        expect(readdirSync(folder)).toEqual([]);
      }
      server.reset();
    }
    expectBytes(await readBack(blobs, digest), bytes);
  });
});

test('a whole blob in place of the part that was asked for is no part', async () => {
  const { server, store } = await connect();
  const blobs = store.blobsOf(project);
  const bytes = Buffer.from(noise(600_000));
  const [put] = await collect(blobs.put([{ kind: 'bytes', bytes }]));
  const unasked = raw(() => answer(200, of(bytes.length), bytes));
  server.order('getBlob', unasked, 100);
  const read = readBack(blobs, put?.digest, { start: 300_000, end: 300_010 });
  const found = await read.catch((error: unknown) => error);
  if (found instanceof Error) expect(CairnError.is(found)).toBe(true);
  else expectBytes(found as Buffer, bytes.subarray(300_000, 300_010));
});
