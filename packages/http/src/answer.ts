import type { Dispatcher } from 'undici';

/** What a server answered; the body is still to come. */
export type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** A header that occurs once, else `undefined`. */
export function header(headers: Answer['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether the body is the whole resource. */
export function isSuccess(status: number): boolean {
  return status === 200 || status === 203;
}

/** How the body is compressed, outermost last. Empty: it is not. */
export function encodingsOf({ headers }: Answer): readonly string[] {
  const names = header(headers, 'content-encoding')?.toLowerCase().split(',') ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
}

export interface ContentRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** The size of the whole, where the server says it. */
  readonly total: number | undefined;
}

/** The part that a 206 holds, or `undefined` when it doesn't say so clearly. */
export function contentRange({ headers }: Answer): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header(headers, 'content-range') ?? '');
  if (match === null) return undefined;
  return {
    start: Number(match[1]),
    end: Number(match[2]) + 1,
    total: match[3] === '*' ? undefined : Number(match[3]),
  };
}

const errorPageBytes = 64 * 1024;
const errorPageMs = 1000;

/** Lets go of a body that nobody will read. A short one is read to its end, so that the connection can be used again. */
export function discard({ body }: Answer): void {
  body.dump({ limit: errorPageBytes, signal: AbortSignal.timeout(errorPageMs) }).catch(() => undefined);
}
