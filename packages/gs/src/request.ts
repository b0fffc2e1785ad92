import type { Readable } from 'node:stream';
import type { GsConnection } from './client.js';
import { repeat } from './repeat.js';

/** A request of the JSON API. */
export interface GsRequest {
  readonly bucket: string;
  /** Default: the list of the bucket's objects. */
  readonly object?: string | undefined;
  /** What is done with the object, behind it in the path. */
  readonly action?: string | undefined;
  readonly method?: 'GET' | 'POST' | 'DELETE' | undefined;
  /** Whether it goes to where bytes are uploaded. Default: `false`. */
  readonly isUpload?: boolean | undefined;
  /** Names without a value are left out. */
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface GsAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** An answer that refuses, with what tells the reason. */
class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly { readonly reason?: unknown }[];

  constructor(status: number, text: string) {
    super(`the server answers ${status}`);
    this.name = 'Refusal';
    this.status = status;
    this.errors = errorsIn(text);
  }
}

/** How much of a refusal is read to find its reason, in characters. */
const refusalLength = 65_536;

/**
 * Makes one request. The library's client says where and with which credentials; but the request is undici's, because the
 * library's own can't be ended, and waits in vain for the rest of an answer that was cut.
 *
 * @throws Refusal when the answer is no success.
 */
export async function request(connection: GsConnection, asked: GsRequest): Promise<GsAnswer> {
  const { client, payer, undici, dispatcher } = connection;
  const { bucket, object, action, method = 'GET', isUpload = false } = asked;
  const { query = {}, headers = {}, body, signal } = asked;
  const base = isUpload ? `${client.apiEndpoint}/upload/storage/v1` : client.baseUrl;
  const given = Object.entries({ ...query, ...payer }).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given as [string, string][]);
  const named = object === undefined ? 'o' : `o/${encodeURIComponent(object)}`;
  const place = action === undefined ? named : `${named}/${action}`;
  const url = `${base}/b/${encodeURIComponent(bucket)}/${place}?${search}`;
  const answer = await undici.request(url, {
    method,
    dispatcher,
    signal: signal ?? null,
    headers: { ...(await connection.authorize(url)), ...headers },
    body: body ?? null,
  });
  // Who leaves a body unread destroys it, and needs no word of that.
  answer.body.on('error', () => undefined);
  if (answer.statusCode >= 300) throw new Refusal(answer.statusCode, await startOf(answer.body));
  return {
    status: answer.statusCode,
    header(name) {
      const value = answer.headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
    body: answer.body,
  };
}

/** Makes a request whose answer is a value, again where that is worth it. */
export async function requestJson<T>(connection: GsConnection, asked: GsRequest): Promise<T> {
  return repeat(async () => {
    const { body } = await request(connection, asked);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk as Uint8Array);
    const text = Buffer.concat(chunks).toString();
    return (text === '' ? {} : JSON.parse(text)) as T;
  }, asked.signal);
}

async function startOf(body: Readable): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    if (text.length > refusalLength) break;
  }
  return text;
}

function errorsIn(text: string): readonly { readonly reason?: unknown }[] {
  try {
    return JSON.parse(text).error.errors ?? [];
  } catch {
    return [];
  }
}
