import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GcsBucket } from './gcs/buckets.js';
import { emptyAnswer, GcsFailure, jsonAnswer } from './gcs/failure.js';
import { type GcsFault, type GcsFaultOptions, GcsOrders, isWireFault } from './gcs/faults.js';
import { listObjects } from './gcs/listing.js';
import { getMedia, getObject } from './gcs/reading.js';
import { type GcsRequest, readRequest } from './gcs/request.js';
import { checkSignedUrl, type GcsSigner } from './gcs/signature.js';
import {
  continueUpload,
  deleteObject,
  deleteUpload,
  insertObject,
  putObject,
  rewriteObject,
  startUpload,
} from './gcs/writing.js';
import { sendFaulty } from './http-fault.js';
import type { HttpAnswer } from './http-resource.js';

export interface GcsServerOptions {
  /** Buckets to make. Default: none. */
  readonly buckets?: readonly string[] | undefined;
  /** Whose signed URLs are taken. Default: nobody's. */
  readonly signer?: GcsSigner | undefined;
}

/** A request as it arrived, and how it was answered. */
export interface GcsRequestRecord extends Omit<GcsRequest, 'rawPath'> {
  /** `0` when it got no proper answer. */
  readonly status: number;
}

/**
 * A double of Google Cloud Storage's JSON API on 127.0.0.1: generations, preconditions, MD5 and CRC32C, ranges, listings of
 * 1,000, uploads at once and in pieces. It knows what the library's calls on objects need, and refuses the rest with 501. It
 * asks for no credentials, and keeps everything in memory.
 */
export interface GcsServer {
  /** Such as `http://127.0.0.1:34567`. */
  readonly endpoint: string;
  /** All requests so far, in the order of their answers. */
  readonly requests: readonly GcsRequestRecord[];
  /** How many answers are being sent just now. */
  readonly active: number;
  /** How many requests there were, of one operation such as `objects.get`, or in all. */
  count(operation?: string): number;
  /** Forgets the requests so far. */
  forget(): void;
  /** A bucket, made if it isn't there: look at it and change it without a request. */
  bucket(name: string): GcsBucket;
  /** Spoils answers to come. Orders that fit the same request are used up one after the other. */
  order(fault: GcsFault, options?: GcsFaultOptions): void;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startGcsServer({
  buckets: names = [],
  signer,
}: GcsServerOptions = {}): Promise<GcsServer> {
  const buckets = new Map(names.map((name) => [name, new GcsBucket()]));
  const orders = new GcsOrders();
  const requests: GcsRequestRecord[] = [];
  let endpoint = '';
  let active = 0;

  async function respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = readRequest(message);
    const body = await bodyOf(message);
    const fault = orders.take(request);
    if (fault?.kind === 'call') await fault.run();
    const answer = spoil(answerTo(request, body, fault), fault);
    const isSent = fault === undefined || !isWireFault(fault);
    const { rawPath: _, ...record } = request;
    requests.push({ ...record, status: isSent ? answer.status : 0 });
    if (isSent) send(response, answer);
    else if (response.socket !== null) await sendFaulty(response.socket, answer, fault);
  }

  function answerTo(request: GcsRequest, body: Buffer, fault: GcsFault | undefined): HttpAnswer {
    try {
      if (fault?.kind === 'error') throw new GcsFailure(fault.status, fault.reason, fault.headers);
      const { range: _, ...unranged } = request.headers;
      return carryOut(fault?.kind === 'ignore-range' ? { ...request, headers: unranged } : request, body);
    } catch (error) {
      if (error instanceof GcsFailure) return error.toAnswer();
      throw error;
    }
  }

  function carryOut(request: GcsRequest, body: Buffer): HttpAnswer {
    if (request.operation === 'buckets.insert') return createBucket(buckets, body);
    if (request.query.has('X-Goog-Signature')) checkSignedUrl(request, signer);
    const bucket = buckets.get(request.bucket);
    if (bucket === undefined) throw new GcsFailure(404, 'notFound');
    if (bucket.requesterPays && !request.query.has('userProject')) throw new GcsFailure(400, 'required');
    switch (request.operation) {
      case 'objects.list':
        return listObjects(bucket, request);
      case 'objects.get':
        return getObject(bucket, request);
      case 'objects.media':
        return getMedia(bucket, request);
      case 'objects.delete':
        return deleteObject(bucket, request);
      case 'objects.insert':
        return insertObject(bucket, request, body);
      case 'objects.put':
        return putObject(bucket, request, body);
      case 'objects.rewrite':
        return rewriteObject(bucket, request, body);
      case 'uploads.start':
        return startUpload(bucket, request, body, endpoint);
      case 'uploads.put':
        return continueUpload(bucket, request, body);
      case 'uploads.delete':
        return deleteUpload(bucket, request);
      default:
        throw new GcsFailure(501, 'notImplemented');
    }
  }

  const server = createServer((message, response) => {
    active += 1;
    response.once('close', () => {
      active -= 1;
    });
    respond(message, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    endpoint,
    requests,
    get active() {
      return active;
    },
    count: (operation) =>
      requests.filter((request) => operation === undefined || request.operation === operation).length,
    forget() {
      requests.length = 0;
    },
    bucket(name) {
      const bucket = buckets.get(name) ?? new GcsBucket();
      buckets.set(name, bucket);
      return bucket;
    },
    order: (fault, options) => orders.add(fault, options),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createBucket(buckets: Map<string, GcsBucket>, body: Buffer): HttpAnswer {
  const { name, versioning } = JSON.parse(body.toString());
  if (buckets.has(name)) throw new GcsFailure(409, 'conflict');
  const bucket = new GcsBucket();
  bucket.versioning = versioning?.enabled === true;
  buckets.set(name, bucket);
  return jsonAnswer({ kind: 'storage#bucket', id: name, name, versioning });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function spoil(answer: HttpAnswer, fault: GcsFault | undefined): HttpAnswer {
  return fault?.kind === 'answer' ? fault.change(answer) : answer;
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  const { status, headers, body } = answer.status === 304 ? emptyAnswer(304) : answer;
  const hasBody = status !== 304 && status !== 204;
  response.writeHead(status, { ...headers, ...(hasBody ? { 'content-length': body.length } : {}) });
  response.end(hasBody ? body : undefined);
}
