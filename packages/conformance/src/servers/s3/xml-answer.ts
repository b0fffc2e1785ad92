import type { HttpAnswer } from '../http-resource.js';

export function xmlAnswer(xml: string, status = 200, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body: Buffer.from(xml) };
}

export function emptyAnswer(status: number, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, body: new Uint8Array() };
}
