import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendFaulty } from './http-fault.js';
import type { HttpAnswer } from './http-resource.js';
import { readBody } from './s3/body.js';
import { type S3Bucket, S3Buckets } from './s3/buckets.js';
import { S3Failure } from './s3/failure.js';
import { isWireFault, type S3Fault, type S3FaultOptions, S3Orders } from './s3/faults.js';
import { carryOut } from './s3/operations.js';
import { readRequest, type S3Request } from './s3/request.js';
import { checkSignature, type S3Credentials } from './s3/signature.js';
import { xmlAnswer } from './s3/xml-answer.js';

export interface S3ServerOptions {
  /** Buckets to make. Default: none. */
  readonly buckets?: readonly string[] | undefined;
  /** Default: `us-east-1`. */
  readonly region?: string | undefined;
}

/** A request as it arrived, and how it was answered. */
export interface S3RequestRecord extends Omit<S3Request, 'rawPath'> {
  /** `0` when it got no proper answer. */
  readonly status: number;
}

/**
 * A double of S3 on 127.0.0.1: path style, signatures, versions, multipart, conditions, ranges, listings of 1,000. It knows
 * what the SDK's calls on objects need, and refuses the rest with 501. It keeps everything in memory.
 */
export interface S3Server {
  /** Such as `http://127.0.0.1:34567`. */
  readonly endpoint: string;
  readonly region: string;
  /** The only ones it accepts. */
  readonly credentials: S3Credentials;
  /** All requests so far, in the order of their answers. */
  readonly requests: readonly S3RequestRecord[];
  /** How many requests there were, of one operation such as `HeadObject`, or in all. */
  count(operation?: string): number;
  /** Forgets the requests so far. */
  forget(): void;
  /** A bucket, made if it isn't there: look at it and change it without a request. */
  bucket(name: string): S3Bucket;
  /** Spoils answers to come. Orders that fit the same request are used up one after the other. */
  order(fault: S3Fault, options?: S3FaultOptions): void;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { region = 'us-east-1', buckets: names = [] } = options;
  const credentials = { accessKeyId: 'AKIADOUBLE', secretAccessKey: 'double/secret+key' };
  const buckets = new S3Buckets();
  for (const name of names) buckets.create(name);
  const orders = new S3Orders();
  const requests: S3RequestRecord[] = [];

  async function respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = readRequest(message);
    const fault = orders.take(request);
    if (fault?.kind === 'call') await fault.run();
    const answer = spoil(await answerTo(request, message, fault), fault);
    const { rawPath: _, ...record } = request;
    const isSent = fault === undefined || !isWireFault(fault);
    requests.push({ ...record, status: isSent ? answer.status : 0 });
    if (isSent) send(response, answer, request.method);
    else if (response.socket !== null) await sendFaulty(response.socket, answer, fault);
  }

  async function answerTo(
    request: S3Request,
    message: IncomingMessage,
    fault: S3Fault | undefined,
  ): Promise<HttpAnswer> {
    try {
      const body = await readBody(message);
      checkSignature(request, credentials, region);
      if (fault?.kind === 'error') throw new S3Failure(fault.status, fault.code, fault.headers);
      const { range: _, ...unranged } = request.headers;
      const seen = fault?.kind === 'ignore-range' ? { ...request, headers: unranged } : request;
      return carryOut(buckets, seen, body);
    } catch (error) {
      if (error instanceof S3Failure) return failureAnswer(error, request);
      throw error;
    }
  }

  const server = createServer((message, response) => {
    respond(message, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials,
    requests,
    count: (operation) =>
      requests.filter((request) => operation === undefined || request.operation === operation).length,
    forget() {
      requests.length = 0;
    },
    bucket: (name) => (buckets.has(name) ? buckets.get(name) : buckets.create(name)),
    order: (fault, faultOptions) => orders.add(fault, faultOptions),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function spoil(answer: HttpAnswer, fault: S3Fault | undefined): HttpAnswer {
  return fault?.kind === 'answer' ? fault.change(answer) : answer;
}

function failureAnswer(failure: S3Failure, { rawPath }: S3Request): HttpAnswer {
  return xmlAnswer(failure.toXml(rawPath), failure.status, failure.headers);
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer, method: string): void {
  const hasBody = status !== 304 && status !== 204;
  response.writeHead(status, {
    'x-amz-request-id': 'DOUBLE',
    ...headers,
    ...(hasBody ? { 'content-length': body.length } : {}),
  });
  response.end(method === 'HEAD' || !hasBody ? undefined : body);
}
