import type { HttpAnswer } from '../http-resource.js';

/** Why a request is refused, as the JSON API says it. Thrown by the operations, sent by the server. */
export class GcsFailure extends Error {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, reason: string, headers: Readonly<Record<string, string>> = {}) {
    super(reason);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }

  toAnswer(): HttpAnswer {
    const message = `The double refuses: ${this.reason}`;
    const errors = [{ domain: 'global', reason: this.reason, message }];
    const answer = jsonAnswer({ error: { code: this.status, message, errors } }, this.status);
    return { ...answer, headers: { ...answer.headers, ...this.headers } };
  }
}

export function jsonAnswer(value: unknown, status = 200): HttpAnswer {
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  return { status, headers, body: Buffer.from(JSON.stringify(value)) };
}

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, body: new Uint8Array() };
}
