import type { HttpServer } from '@cairn/conformance/servers';
import type { ReferenceEntry, StorageHandler } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectError, quickWorld, read, refer, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';

let server: HttpServer;
let handler: StorageHandler;
/** Nothing is recorded of it. */
let reference: ReferenceEntry;

beforeEach(async () => {
  server = await startServer();
  handler = httpHandler({ world: quickWorld().world });
  reference = await refer(handler, server.put('/x', { bytes: '0123456789', etag: '"a"' }), false);
});

/** Answers the next request with a part. */
function answerPart(range: string, body: string, more = ''): void {
  const head = `Content-Range: ${range}\r\nContent-Length: ${body.length}\r\nETag: "a"\r\n${more}`;
  server.order('/x', { kind: 'raw', text: `HTTP/1.1 206 Partial Content\r\n${head}\r\n${body}` });
}

const readRange = async (start: number, end?: number) =>
  String(await read(handler, reference, { range: { start, end } }));

describe('a part that is shorter than asked for', () => {
  test('is followed by the rest, where the size says that there is one', async () => {
    answerPart('bytes 2-3/10', '23');
    expect(await readRange(2, 8)).toBe('234567');
    answerPart('bytes 2-3/10', '23');
    expect(await readRange(2)).toBe('23456789');
  });

  test('is all there is, where the size says so', async () => {
    expect(await readRange(7, 99)).toBe('789');
  });

  test('is refused where nothing says what is missing', async () => {
    answerPart('bytes 2-3/*', '23');
    await expectError(readRange(2, 8), 'integrity_mismatch');
  });
});

test('a part without a size is taken if it is the one asked for', async () => {
  answerPart('bytes 2-7/*', '234567');
  expect(await readRange(2, 8)).toBe('234567');
});

test.each(['bytes 2-99/10', 'bytes 2-1/10', 'bytes 2-12/*', 'bytes */10', 'pages 2-7/10', ''])(
  'a part that is none is refused: %s',
  async (range) => {
    answerPart(range, '234567');
    await expectError(readRange(2, 8), 'integrity_mismatch');
  },
);

test('a part of the compressed bytes is let be, and the whole is read', async () => {
  answerPart('bytes 2-7/30', '234567', 'Content-Encoding: gzip\r\n');
  expect(await readRange(2, 8)).toBe('234567');
  expect(server.requests.at(-1)?.headers).not.toHaveProperty('range');
});
