import type { AnyIterable, PutResult, Source, TransferOptions } from '@cairn/core';
import { type FileSystem, sameStamp, stampOf, translateFsError } from '@cairn/file';
import type { FileToRead } from '../ingest/source-file.js';
import type { FileMemory } from '../stat-cache/file-memory.js';
import { type Group, groupByFolder, isOfFiles } from '../stat-cache/group-by-folder.js';
import type { SeenGroup } from '../stat-cache/stat-cache.js';

/** A part of a put: what needs no work, many small things that fit into a buffer together, or a large one. */
export type Job =
  | { readonly kind: 'known'; readonly results: readonly PutResult[] }
  | ({ readonly kind: 'files' } & NewFiles)
  | ({ readonly kind: 'bytes' } & NewBytes)
  | ({ readonly kind: 'large file' } & NewLargeFile)
  | { readonly kind: 'stream'; readonly open: () => AnyIterable<Uint8Array>; readonly index: number };

/** Small things, each with its place among all sources. In columns, because a put may have millions of them. */
interface Gathered<T> {
  readonly items: readonly T[];
  readonly indexes: readonly number[];
}

export type NewBytes = Gathered<Uint8Array>;

/** Files whose bytes aren't known, and where to note what they are. */
export interface NewFiles extends Gathered<FileToRead> {
  readonly groups: readonly SeenGroup[];
}

export interface NewLargeFile {
  readonly file: FileToRead;
  readonly index: number;
  readonly group: SeenGroup;
}

export interface JobContext {
  readonly fs: FileSystem;
  readonly seen: FileMemory;
  readonly limits: JobLimits;
  /** A digest by its bytes. */
  readonly name: (digest: Buffer) => PutResult['digest'];
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
  const files = new Batch<FileToRead, SeenGroup>(limits);
  const bytes = new Batch<Uint8Array>(limits);
  for await (const groups of groupByFolder(sources, pathOf)) {
    const seen = (await context.seen.recall(groups.filter(isOfFiles), options)).values();
    const known: PutResult[] = [];
    for (const { key, items, index: first } of groups) {
      if (key === undefined) {
        for (const [i, source] of items.entries()) {
          const index = first + i;
          if (source.kind === 'stream') yield { kind: 'stream', open: () => source.open(), index };
          if (source.kind !== 'bytes') continue;
          const size = source.bytes.length;
          if (size > limits.smallBytes) {
            yield { kind: 'stream', open: () => [source.bytes], index };
            continue;
          }
          if (!bytes.hasRoom(size)) yield { kind: 'bytes', ...bytes.take() };
          bytes.add(source.bytes, size, index, undefined);
        }
        continue;
      }
      const group = seen.next().value as SeenGroup;
      for (const { file, index } of sortOut(context, group, { items, index: first }, known, options)) {
        const { size } = file.stamp;
        if (size > limits.smallBytes) {
          yield { kind: 'large file', file, index, group };
        } else {
          if (!files.hasRoom(size)) yield { kind: 'files', ...files.take() };
          files.add(file, size, index, group);
        }
      }
    }
    if (known.length > 0) yield { kind: 'known', results: known };
  }
  if (!bytes.isEmpty) yield { kind: 'bytes', ...bytes.take() };
  if (!files.isEmpty) yield { kind: 'files', ...files.take() };
}

/**
 * Finds out which files of a group look as they did when they were read, and what they hold; gives the others. Not in the
 * generator above: V8 takes several times as long to compile the loop there, which is most of what is done when nothing
 * changed.
 */
function sortOut(
  { fs, name }: JobContext,
  group: SeenGroup,
  { items, index: first }: Pick<Group<Source>, 'items' | 'index'>,
  results: PutResult[],
  { onBytes }: TransferOptions,
): readonly { readonly file: FileToRead; readonly index: number }[] {
  const unknown: { file: FileToRead; index: number }[] = [];
  for (let i = 0; i < items.length; i++) {
    const file = toFile(fs, items[i] as Source);
    const index = first + i;
    const known = group.digestOf(file);
    if (known !== undefined && looksTheSame(fs, file)) {
      const { size } = file.stamp;
      group.keep(file);
      onBytes?.(size);
      results.push({ index, digest: name(known), size, created: false });
    } else {
      unknown.push({ file, index });
    }
  }
  return unknown;
}

function pathOf(source: Source): string | undefined {
  return source.kind === 'path' ? source.path : undefined;
}

function toFile(fs: FileSystem, source: Source): FileToRead {
  const { path, stamp } = source as Source & { kind: 'path' };
  if (stamp !== undefined) return source as FileToRead & Source;
  try {
    return { path, stamp: stampOf(fs.sync.statSync(path), path) };
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

class Batch<T, G = undefined> {
  readonly #limits: JobLimits;
  #items: T[] = [];
  #indexes: number[] = [];
  #groups: G[] = [];
  #bytes = 0;

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  hasRoom(bytes: number): boolean {
    const { batchBytes, batchCount } = this.#limits;
    return this.isEmpty || (this.#bytes + bytes <= batchBytes && this.#items.length < batchCount);
  }

  add(item: T, bytes: number, index: number, group: G): void {
    this.#items.push(item);
    this.#indexes.push(index);
    this.#groups.push(group);
    this.#bytes += bytes;
  }

  /** Gives what was gathered, and is empty. */
  take(): { items: readonly T[]; indexes: readonly number[]; groups: readonly G[] } {
    const taken = { items: this.#items, indexes: this.#indexes, groups: this.#groups };
    this.#items = [];
    this.#indexes = [];
    this.#groups = [];
    this.#bytes = 0;
    return taken;
  }
}
