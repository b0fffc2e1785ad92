import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  type HttpAnswer,
  type HttpFault,
  type HttpResource,
  startGcsServer,
  startHttpServer,
  startS3Server,
} from '@cairn/conformance/servers';
import type { ErrorCode, StorageHandler } from '@cairn/core';
import { gsHandler } from '@cairn/gs';
import { httpHandler } from '@cairn/http';
import { s3Handler } from '@cairn/s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Artifact, type Version, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';

// Every way in which a transfer can go wrong, on the way from a server to a file: an error, and never a file.

const folder = testFolder();
const content = randomBytes(400_000);
const other = Buffer.from(content.map((byte) => byte ^ 1));
const etag = '"1"';
/** As S3 keeps it with an object that was uploaded by an SDK of these days. */
const checksum = Buffer.from(crc32(content).toString(16).padStart(8, '0'), 'hex').toString('base64');
const always = Number.POSITIVE_INFINITY;

type Fault = Extract<
  HttpFault,
  {
    kind:
      | 'short'
      | 'long'
      | 'cut-chunk'
      | 'no-last-chunk'
      | 'cut-close'
      | 'reset'
      | 'wrong-range'
      | 'ignore-range'
      | 'swap';
  }
>;

/** An object at a server, and the handler that reads it. */
interface Ground {
  readonly handler: StorageHandler;
  readonly uri: string;
  /** Spoils the next bodies of the object. Orders are used up one after the other. */
  order(fault: Fault, times: number): void;
  /** Spoils the next body, and changes the object after it. */
  orderAndChange(fault: Fault): void;
  /** From now on, sends this under status 200, with headers that fit it or those of the object. */
  send(body: Uint8Array, headers: 'own' | "the object's"): void;
  /** What comes after the end of an announced body: an error, or passed over by the service's own client. */
  readonly surplus: 'error' | 'passed over';
}

const grounds: Record<string, () => Promise<Ground>> = {
  async http() {
    const server = await startHttpServer();
    onTestFinished(() => server.close());
    return {
      handler: quickHttp(),
      uri: server.put('/data.bin', { bytes: content, etag }),
      order: (fault, times) => server.order('/data.bin', fault, { times }),
      orderAndChange(fault) {
        server.order('/data.bin', fault, { after: () => void server.put('/data.bin', { bytes: other }) });
      },
      send: (bytes, headers) =>
        void server.put('/data.bin', { bytes, etag: headers === 'own' ? 'none' : etag }),
      surplus: 'error',
    };
  },

  async s3() {
    const server = await startS3Server({ buckets: ['bucket'] });
    onTestFinished(() => server.close());
    const bucket = server.bucket('bucket');
    bucket.put('data.bin', content, undefined, { 'x-amz-checksum-crc32': checksum });
    const operation = 'GetObject';
    return {
      handler: s3Handler({ clientConfig: { ...server, maxAttempts: 1 } }),
      uri: 's3://bucket/data.bin',
      order: (fault, times) => server.order(fault, { operation, times }),
      orderAndChange(fault) {
        server.order(fault, { operation });
        server.order({ kind: 'call', run: () => void bucket.put('data.bin', other) }, { operation });
      },
      send: (body, headers) => server.order(answering(body, headers), { operation, times: always }),
      surplus: 'passed over',
    };
  },

  async gs() {
    const server = await startGcsServer({ buckets: ['bucket'] });
    onTestFinished(() => server.close());
    const bucket = server.bucket('bucket');
    bucket.put('data.bin', content);
    const operation = 'objects.media';
    return {
      handler: gsHandler({ clientConfig: { apiEndpoint: server.endpoint, projectId: 'test' } }),
      uri: 'gs://bucket/data.bin',
      order: (fault, times) => server.order(fault, { operation, times }),
      orderAndChange(fault) {
        server.order(fault, { operation });
        server.order({ kind: 'call', run: () => void bucket.put('data.bin', other) }, { operation });
      },
      send: (body, headers) => server.order(answering(body, headers), { operation, times: always }),
      surplus: 'passed over',
    };
  },
};

function answering(body: Uint8Array, headers: 'own' | "the object's") {
  const change = (answer: HttpAnswer) =>
    headers === 'own' ? { status: 200, headers: { 'content-type': 'text/html' }, body } : { ...answer, body };
  return { kind: 'answer', change } as const;
}

interface Kind {
  readonly name: string;
  readonly spoil: (ground: Ground) => void;
  readonly codes: readonly ErrorCode[];
}

const cut: readonly ErrorCode[] = ['unavailable'];
const wrong: readonly ErrorCode[] = ['integrity_mismatch', 'reference_changed', 'unavailable'];
const spoiled = (name: string, fault: Fault, codes: readonly ErrorCode[]): Kind => ({
  name,
  spoil: (ground) => ground.order(fault, always),
  codes,
});

const kinds: readonly Kind[] = [
  spoiled('short against Content-Length', { kind: 'short', bytes: 1000 }, cut),
  spoiled('cut in a chunk', { kind: 'cut-chunk', bytes: 1000 }, cut),
  spoiled('cut where only the close tells the end', { kind: 'cut-close', bytes: 1000 }, wrong),
  spoiled('reset', { kind: 'reset', bytes: 1000 }, cut),
  {
    name: 'another range than the one asked for',
    spoil(ground) {
      ground.order({ kind: 'short', bytes: 100_000 }, 1);
      ground.order({ kind: 'wrong-range', shift: 7 }, always);
    },
    codes: wrong,
  },
  {
    name: 'an earlier range than the one asked for',
    spoil(ground) {
      ground.order({ kind: 'short', bytes: 100_000 }, 1);
      ground.order({ kind: 'wrong-range', shift: -7 }, always);
    },
    codes: wrong,
  },
  {
    name: 'an ETag that changes between two parts',
    spoil: (ground) => ground.orderAndChange({ kind: 'short', bytes: 100_000 }),
    codes: ['reference_changed'],
  },
  {
    name: 'an error page under status 200',
    spoil: (ground) => ground.send(Buffer.from('<html>Sorry, we are down for maintenance</html>'), 'own'),
    codes: wrong,
  },
  {
    name: 'longer than the object, under its headers',
    spoil: (ground) => ground.send(Buffer.concat([content, other]), "the object's"),
    codes: wrong,
  },
];

function quickHttp(): StorageHandler {
  return httpHandler({ world: { sleep: async () => undefined } });
}

const store = () => folder.join('store');
const root = () => folder.join('out');

function log({ uri, handler: own }: Pick<Ground, 'uri' | 'handler'>, handler = own): Promise<Version> {
  return withRun({ store: store(), handlers: [handler] }, async (run) => {
    const artifact = new Artifact('broken');
    await artifact.addReference(uri);
    return run.logArtifact(artifact);
  });
}

async function expectNoFile(version: Version, codes: readonly ErrorCode[]): Promise<void> {
  const error = await caught(version.download({ root: root() }));
  expect(codes, error.message).toContain(error.code);
  const left = existsSync(root()) ? readdirSync(root(), { recursive: true }) : [];
  expect(left).toEqual([]);
}

async function expectRightFile(version: Version): Promise<void> {
  await version.download({ root: root() });
  expect(readFileSync(`${root()}/data.bin`).equals(content)).toBe(true);
}

describe.each(Object.entries(grounds))('%s: is an error, and never a file', (name, start) => {
  test.each(kinds)('$name', async ({ spoil, codes }) => {
    const ground = await start();
    const version = await log(ground);
    spoil(ground);
    await expectNoFile(version, codes);
  });

  test.each([false, true])('longer than announced, and closed: %s', async (close) => {
    const ground = await start();
    const version = await log(ground);
    ground.order({ kind: 'long', bytes: 500, close }, always);
    if (ground.surplus === 'error') await expectNoFile(version, ['integrity_mismatch']);
    else await expectRightFile(version);
  });

  test('other bytes of the same number, where a digest of the contents is known', async () => {
    const ground = await start();
    const version = await log(ground, name === 'http' ? withSha256(ground.handler) : ground.handler);
    ground.order({ kind: 'swap' }, always);
    await expectNoFile(version, ['integrity_mismatch']);
  });
});

describe.each(Object.entries(grounds))('%s: is mended, and the file is right', (_, start) => {
  test.each<[string, Fault[]]>([
    [
      'everything, where the rest was asked for',
      [{ kind: 'short', bytes: 100_000 }, { kind: 'ignore-range' }],
    ],
    ['no last chunk after all bytes', [{ kind: 'no-last-chunk' }]],
    [
      'a cut chunk, and then a reset',
      [
        { kind: 'cut-chunk', bytes: 1000 },
        { kind: 'reset', bytes: 200_000 },
      ],
    ],
  ])('%s', async (_, faults) => {
    const ground = await start();
    const version = await log(ground);
    for (const fault of faults) ground.order(fault, 1);
    await expectRightFile(version);
  });
});

describe('http, where the server tells no size: is an error, and never a file', () => {
  test.each<[string, Partial<HttpResource>, Fault]>([
    ['no last chunk', { framing: 'chunked', etag: 'weak', headStatus: 405 }, { kind: 'no-last-chunk' }],
    ['a cut chunk', { framing: 'chunked', etag: 'weak' }, { kind: 'cut-chunk', bytes: 1000 }],
    ['a cut gzip', { encoding: 'gzip' }, { kind: 'cut-close', bytes: 1000 }],
  ])('%s', async (_, resource, fault) => {
    const server = await startHttpServer();
    onTestFinished(() => server.close());
    const handler = quickHttp();
    const uri = server.put('/data.bin', { bytes: content, ranges: false, ...resource });
    const version = await log({ handler, uri });
    server.order('/data.bin', fault, { times: always });
    await expectNoFile(version, cut);
  });
});

/** As a source that knows the SHA-256 of what it has; HTTP alone doesn't tell. */
function withSha256(handler: StorageHandler): StorageHandler {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}` as const;
  return {
    ...handler,
    async *observe(uri, options) {
      for await (const observation of handler.observe(uri, options)) yield { ...observation, digest };
    },
  };
}
