import { fileURLToPath } from 'node:url';
import { CairnError, quote } from '@cairn/core';
import type { TempFolder } from '../util/temp-folder.js';
import type { Content } from './content.js';
import { copyBytes, maxBytesInMemory, Spool, spool } from './spool.js';

/** Bytes, or what they can be read from. Bytes and streams are read before the call resolves. */
export type FileData =
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>;

/** Keeps what the caller may change or what can be read only once. A blob does neither. */
export async function keep(
  data: FileData | string,
  temp: TempFolder,
  signal: AbortSignal | undefined,
): Promise<Content> {
  if (data instanceof Blob) return { kind: 'blob', blob: data };
  if (typeof data === 'object' && data !== null && Symbol.asyncIterator in data)
    return spool(data, temp, signal);
  const bytes = copyBytes(data);
  if (bytes.length <= maxBytesInMemory) return { kind: 'bytes', bytes };
  const large = new Spool(temp);
  await large.write(bytes);
  return large.finish();
}

/** What to call a file in messages that has no path of its own. */
export function describe(data: FileData | string): string {
  if (typeof data === 'string') return 'a text';
  if (data instanceof Blob) return 'name' in data ? `the file ${quote(String(data.name))}` : 'a blob';
  return Symbol.asyncIterator in data ? 'a stream' : 'bytes';
}

/** The path that a text or a `file:` URL means. @throws CairnError `uri_invalid` for another URL. */
export function toPath(source: string | URL): string {
  if (typeof source === 'string' && !source.startsWith('file://')) return source;
  try {
    return fileURLToPath(source);
  } catch (cause) {
    throw new CairnError('uri_invalid', `${quote(String(source))} is not a file of this machine`, {
      hint: 'Add what is elsewhere by addReference.',
      cause,
    });
  }
}
