import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadHasher, type Observation, type OpenOptions, type ReferenceEntry } from '@cairn/core';
import { type FileHandlerOptions, fileHandler } from '../src/index.js';
import { collect } from './collect.js';
import { tempFolder } from './temp-folder.js';

/** More than two chunks of a file. */
export const large: number = 700 * 1024;

export async function fileOf(contents: string | Uint8Array, name = 'a.txt'): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, contents);
  return path;
}

export async function digestOf(contents: string | Uint8Array): Promise<string> {
  return (await loadHasher()).hash(Buffer.from(contents));
}

export function observe(
  uri: string,
  options?: object,
  handlerOptions?: FileHandlerOptions,
): Promise<Observation[]> {
  return collect(fileHandler(handlerOptions).observe(uri, options));
}

export function entryOf({ kind: _, ...recorded }: Observation): ReferenceEntry {
  return { kind: 'reference', ...recorded };
}

/** What would be recorded of a file now. */
export async function record(path: string): Promise<ReferenceEntry> {
  const [observed] = await observe(path);
  return entryOf(observed as Observation);
}

export function open(
  entry: ReferenceEntry,
  options?: OpenOptions,
  handlerOptions?: FileHandlerOptions,
): AsyncIterable<Uint8Array> {
  return fileHandler(handlerOptions).open(entry, options);
}

export async function verify(
  entry: ReferenceEntry,
  options?: OpenOptions,
  handlerOptions?: FileHandlerOptions,
): Promise<unknown> {
  return fileHandler(handlerOptions).verify?.(entry, options);
}
