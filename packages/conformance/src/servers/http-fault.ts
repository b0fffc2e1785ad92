import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAnswer } from './http-resource.js';

/** What goes wrong with one answer. Byte counts are of the body as it is sent. */
export type HttpFault =
  /** Another answer: `{ status: 503, headers: { 'Retry-After': '1' } }`, or an error page under status 200. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: string | undefined;
    }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number | undefined }
  /** Announces the whole body by Content-Length, sends so many bytes of it and ends the connection. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** Sends so many bytes more than its Content-Length says; the connection stays open, or ends with `close`. */
  | { readonly kind: 'long'; readonly bytes: number; readonly close?: boolean | undefined }
  /** As `short`, but the connection is reset. */
  | { readonly kind: 'reset'; readonly bytes: number }
  /** Chunked; the connection ends inside a chunk. */
  | { readonly kind: 'cut-chunk'; readonly bytes: number }
  /** Chunked and whole, but the last chunk is missing. */
  | { readonly kind: 'no-last-chunk' }
  /** Without a length; the connection ends early. */
  | { readonly kind: 'cut-close'; readonly bytes: number }
  /** A 206 for a range that starts so many bytes later than the one asked for. */
  | { readonly kind: 'wrong-range'; readonly shift: number }
  /** A 200 with everything, whatever range was asked for. */
  | { readonly kind: 'ignore-range' }
  /** Other bytes of the same number, under the same headers. */
  | { readonly kind: 'swap' }
  /** Says nothing more, before the headers or after so many bytes of the body. */
  | { readonly kind: 'hang'; readonly bytes?: number | undefined }
  /** Sends pieces of so many bytes with pauses between them. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly pauseMs: number }
  /** Closes the connection without an answer. */
  | { readonly kind: 'drop' }
  /** Writes this to the connection as it is, and ends it. */
  | { readonly kind: 'raw'; readonly text: string };

/** The faults that are an answer of their own; the others spoil the sending of the right one. */
export type AnswerFault = Extract<HttpFault, { kind: 'status' | 'redirect' | 'ignore-range' }>;
export type WireFault = Exclude<HttpFault, AnswerFault>;

/** Puts an answer on the wire as the fault says. */
export async function sendFaulty(socket: Socket, answer: HttpAnswer, fault: WireFault): Promise<void> {
  const { body } = answer;
  switch (fault.kind) {
    case 'short':
      return end(socket, head(answer, sized(body.length)), body.subarray(0, fault.bytes));
    case 'long': {
      const surplus = Buffer.alloc(fault.bytes, 'surplus ');
      const text = head(answer, { ...sized(body.length), ...(fault.close ? { Connection: 'close' } : {}) });
      // In one write, as a server sends it that is wrong about the length.
      socket.write(Buffer.concat([Buffer.from(text), body, surplus]));
      if (fault.close) socket.end();
      return;
    }
    case 'reset':
      socket.write(head(answer, sized(body.length)));
      socket.write(body.subarray(0, fault.bytes));
      // A reset that comes together with bytes looks like an ordinary end to some readers.
      await sleep(20);
      socket.resetAndDestroy();
      return;
    case 'cut-chunk':
      return end(
        socket,
        head(answer, chunked),
        `${body.length.toString(16)}\r\n`,
        body.subarray(0, fault.bytes),
      );
    case 'no-last-chunk':
      return end(socket, head(answer, chunked), `${body.length.toString(16)}\r\n`, body, '\r\n');
    case 'cut-close':
      return end(socket, head(answer, { Connection: 'close' }), body.subarray(0, fault.bytes));
    case 'wrong-range':
      return end(socket, head(shifted(answer, fault.shift), sized(body.length)), body);
    case 'swap':
      return end(
        socket,
        head(answer, sized(body.length)),
        body.map((byte) => byte ^ 0xff),
      );
    case 'hang':
      if (fault.bytes === undefined) return;
      socket.write(head(answer, sized(body.length)));
      socket.write(body.subarray(0, fault.bytes));
      return;
    case 'slow':
      socket.write(head(answer, sized(body.length)));
      for (let at = 0; at < body.length && !socket.destroyed; at += fault.bytes) {
        socket.write(body.subarray(at, at + fault.bytes));
        await sleep(fault.pauseMs, undefined, { ref: false });
      }
      socket.end();
      return;
    case 'drop':
      socket.destroy();
      return;
    case 'raw':
      return end(socket, fault.text);
  }
}

const chunked = { 'Transfer-Encoding': 'chunked' };

function sized(length: number): Record<string, string> {
  return { 'Content-Length': String(length) };
}

function shifted(answer: HttpAnswer, shift: number): HttpAnswer {
  const range = answer.headers['Content-Range'] ?? `bytes 0-${answer.body.length - 1}/${answer.body.length}`;
  const moved = range.replace(/\d+-\d+/, (text) =>
    text
      .split('-')
      .map((place) => Number(place) + shift)
      .join('-'),
  );
  return { ...answer, status: 206, headers: { ...answer.headers, 'Content-Range': moved } };
}

function head({ status, headers }: HttpAnswer, more: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...headers, ...more }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
}

function end(socket: Socket, ...pieces: readonly (string | Uint8Array)[]): void {
  for (const piece of pieces) socket.write(piece);
  socket.end();
}
