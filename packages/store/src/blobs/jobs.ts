import type { AnyIterable, PutResult, Source, TransferOptions } from '@cairn/core';
import { type FileSystem, sameStamp, stampOf, translateFsError } from '@cairn/file';
import type { FileToRead } from '../ingest/source-file.js';
import type { FileMemory } from '../stat-cache/file-memory.js';
import { groupByFolder } from '../stat-cache/group-by-folder.js';
import type { SeenGroup } from '../stat-cache/stat-cache.js';

/** A part of a put: what needs no work, many small things that fit into a buffer together, or a large one. */
export type Job =
  | { readonly kind: 'known'; readonly results: readonly PutResult[] }
  | { readonly kind: 'files'; readonly files: readonly NewFile[] }
  | { readonly kind: 'bytes'; readonly items: readonly NewBytes[] }
  | { readonly kind: 'large file'; readonly file: NewFile }
  | { readonly kind: 'stream'; readonly open: () => AnyIterable<Uint8Array>; readonly index: number };

export interface NewBytes {
  readonly bytes: Uint8Array;
  /** Its place among all sources. */
  readonly index: number;
}

/** A file whose bytes aren't known. */
export interface NewFile extends FileToRead {
  /** Its place among all sources. */
  readonly index: number;
  /** Where to note what they are. */
  readonly group: SeenGroup;
}

export interface JobContext {
  readonly fs: FileSystem;
  readonly seen: FileMemory;
  readonly limits: JobLimits;
  /** A digest by its bytes. */
  readonly name: (digest: Uint8Array) => PutResult['digest'];
}

export interface JobLimits {
  /** What is longer is cut into chunks. */
  readonly smallBytes: number;
  /** How much a batch may hold together. */
  readonly batchBytes: number;
  readonly batchCount: number;
}

/** Gathers sources to jobs, in their order. */
export async function* intoJobs(
  context: JobContext,
  sources: AnyIterable<Source>,
  options: TransferOptions,
): AsyncGenerator<Job, void, undefined> {
  const { limits } = context;
  const batch = new Batch<NewFile>(limits);
  const bytes = new Batch<NewBytes>(limits);
  for await (const { key, items, index: first } of groupByFolder(sources, pathOf)) {
    if (key === undefined) {
      for (const [i, source] of items.entries()) {
        const index = first + i;
        if (source.kind === 'stream') yield { kind: 'stream', open: () => source.open(), index };
        if (source.kind !== 'bytes') continue;
        const size = source.bytes.length;
        if (size > limits.smallBytes) yield { kind: 'stream', open: () => [source.bytes], index };
        else
          for (const full of bytes.add({ bytes: source.bytes, index }, size))
            yield { kind: 'bytes', items: full };
      }
      continue;
    }
    const files = items.map((source, i) => toFile(context.fs, source, first + i));
    const group = await context.seen.recall(key, files.length, options);
    const results: PutResult[] = [];
    for (const file of files) {
      const { size } = file.stamp;
      const known = group.digestOf(file);
      if (known !== undefined && looksTheSame(context.fs, file)) {
        group.keep(file);
        options.onBytes?.(size);
        results.push({ index: file.index, digest: context.name(known), size, created: false });
      } else if (size > limits.smallBytes) yield { kind: 'large file', file: { ...file, group } };
      else for (const full of batch.add({ ...file, group }, size)) yield { kind: 'files', files: full };
    }
    if (results.length > 0) yield { kind: 'known', results };
  }
  for (const rest of bytes.rest()) yield { kind: 'bytes', items: rest };
  for (const rest of batch.rest()) yield { kind: 'files', files: rest };
}

function pathOf(source: Source): string | undefined {
  return source.kind === 'path' ? source.path : undefined;
}

function toFile(fs: FileSystem, source: Source, index: number): FileToRead & { readonly index: number } {
  const { path, stamp } = source as Source & { kind: 'path' };
  if (stamp !== undefined) return { path, stamp, index };
  try {
    return { path, stamp: stampOf(fs.sync.statSync(path), path), index };
  } catch (error) {
    throw translateFsError(error, 'read', path);
  }
}

/** Whether a file looks as it did when it was added. */
function looksTheSame({ sync }: FileSystem, { path, stamp }: FileToRead): boolean {
  try {
    return sameStamp(stampOf(sync.statSync(path), path), stamp);
  } catch {
    return false; // who reads it says what is wrong
  }
}

class Batch<T> {
  readonly #limits: JobLimits;
  #items: T[] = [];
  #bytes = 0;

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  /** Takes an item, and gives what was gathered before if that leaves no room for it. */
  *add(item: T, bytes: number): Generator<readonly T[]> {
    const { batchBytes, batchCount } = this.#limits;
    if (this.#bytes + bytes > batchBytes || this.#items.length === batchCount) yield* this.rest();
    this.#items.push(item);
    this.#bytes += bytes;
  }

  *rest(): Generator<readonly T[]> {
    if (this.#items.length > 0) yield this.#items;
    this.#items = [];
    this.#bytes = 0;
  }
}
