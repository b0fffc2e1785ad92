import type { AnyIterable, FileStamp, Source } from '@cairn/core';
import type { FileToRead } from '../ingest/ingestor.js';

/** A part of a put: many small things that fit into a buffer together, or a large one. */
export type Job =
  | (Batch<FileToRead> & { readonly kind: 'files' })
  | (Batch<Uint8Array> & { readonly kind: 'bytes' })
  | { readonly kind: 'large file'; readonly file: FileToRead; readonly index: number }
  | { readonly kind: 'stream'; readonly chunks: AnyIterable<Uint8Array>; readonly index: number };

export interface Batch<T> {
  readonly items: readonly T[];
  /** The places of the items among all sources. */
  readonly indexes: readonly number[];
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
  sources: AnyIterable<Source>,
  stampOf: (path: string) => FileStamp,
  limits: JobLimits,
): AsyncGenerator<Job, void, undefined> {
  const files = new Gatherer<FileToRead>(limits);
  const bytes = new Gatherer<Uint8Array>(limits);
  let index = 0;
  for await (const source of sources) {
    if (source.kind === 'stream') {
      yield { kind: 'stream', chunks: source.open(), index };
    } else if (source.kind === 'path') {
      const file = { path: source.path, stamp: source.stamp ?? stampOf(source.path) };
      const { size } = file.stamp;
      if (size > limits.smallBytes) yield { kind: 'large file', file, index };
      else for (const batch of files.add(file, size, index)) yield { kind: 'files', ...batch };
    } else {
      const size = source.bytes.length;
      if (size > limits.smallBytes) yield { kind: 'stream', chunks: [source.bytes], index };
      else for (const batch of bytes.add(source.bytes, size, index)) yield { kind: 'bytes', ...batch };
    }
    index++;
  }
  for (const batch of bytes.rest()) yield { kind: 'bytes', ...batch };
  for (const batch of files.rest()) yield { kind: 'files', ...batch };
}

class Gatherer<T> {
  readonly #limits: JobLimits;
  #items: T[] = [];
  #indexes: number[] = [];
  #bytes = 0;

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  /** Takes an item, and gives what was gathered before if that leaves no room for it. */
  *add(item: T, bytes: number, index: number): Generator<Batch<T>> {
    const { batchBytes, batchCount } = this.#limits;
    if (this.#bytes + bytes > batchBytes || this.#items.length === batchCount) yield* this.rest();
    this.#items.push(item);
    this.#indexes.push(index);
    this.#bytes += bytes;
  }

  *rest(): Generator<Batch<T>> {
    if (this.#items.length > 0) yield { items: this.#items, indexes: this.#indexes };
    this.#items = [];
    this.#indexes = [];
    this.#bytes = 0;
  }
}
