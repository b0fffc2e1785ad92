import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { concatBytes } from '@cairn/core';
import { stampFile, translateFsError } from '@cairn/file';
import type { TempFolder } from '../util/temp-folder.js';
import type { Content } from './content.js';

/** How much is kept in memory, in bytes; what is larger goes to a file. */
export const maxBytesInMemory: number = 1024 * 1024;

/** Keeps bytes that come only once. */
export class Spool {
  readonly #temp: TempFolder;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #file: { readonly path: string; readonly handle: FileHandle } | undefined;

  constructor(temp: TempFolder) {
    this.#temp = temp;
  }

  /** Takes bytes that nobody else will change. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    this.#chunks.push(bytes);
    if (this.#size <= maxBytesInMemory) return;
    this.#file ??= await attempt(this.#openFile());
    const { handle } = this.#file;
    for (const chunk of this.#chunks.splice(0)) await attempt(handle.appendFile(chunk));
  }

  async finish(): Promise<Content> {
    const bytes = concatBytes(this.#chunks.splice(0));
    if (this.#file === undefined) return { kind: 'bytes', bytes };
    const { path, handle } = this.#file;
    await attempt(handle.close());
    return { kind: 'path', path, stamp: await stampFile(path) };
  }

  async discard(): Promise<void> {
    this.#chunks = [];
    await this.#file?.handle.close().catch(() => undefined);
    if (this.#file !== undefined) await rm(this.#file.path, { force: true });
  }

  async #openFile(): Promise<{ path: string; handle: FileHandle }> {
    const path = await this.#temp.newPath();
    return { path, handle: await open(path, 'wx', 0o600) };
  }
}

/** Reads a stream to its end. An abort closes it. */
export async function spool(
  chunks: AsyncIterable<unknown>,
  temp: TempFolder,
  signal: AbortSignal | undefined,
): Promise<Content> {
  const spool = new Spool(temp);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await spool.write(copyBytes(chunk));
    }
    return await spool.finish();
  } catch (error) {
    await spool.discard();
    throw error;
  }
}

/** A copy of what may come from a stream or to `write`, for its giver may use the memory again. Texts become UTF-8. */
export function copyBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk.slice(0));
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  throw new TypeError(`a file is made of bytes or text, not of ${chunk === null ? 'null' : typeof chunk}`);
}

/** Names the folder of all temporary files, for that of this one says nothing to anybody. */
async function attempt<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw translateFsError(error, 'write to', tmpdir());
  }
}
