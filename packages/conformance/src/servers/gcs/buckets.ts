import { createHash } from 'node:crypto';
import { sortByUtf8 } from '@cairn/core';
import { crc32c } from './crc32c.js';

/** One generation of an object. */
export interface GcsObject {
  readonly name: string;
  /** A number that grows with every write. */
  readonly generation: string;
  readonly bytes: Uint8Array;
  /** In base64. Absent for an object that was composed of others. */
  readonly md5Hash: string | undefined;
  /** In base64. */
  readonly crc32c: string;
  readonly etag: string;
  readonly updated: Date;
  /** What was sent with it and comes back with it: `contentType`, `contentEncoding`, `metadata`. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Whether it is what its name stands for now, or a noncurrent generation. */
  readonly isLive: boolean;
}

/** An upload in pieces, that may yet come to be an object. */
export interface GcsUpload {
  readonly id: string;
  readonly name: string;
  readonly given: GcsObject['given'];
  /** As it was asked for at its start. */
  readonly ifGenerationMatch: string | undefined;
  bytes: Buffer;
}

export interface GcsPutOptions {
  readonly given?: GcsObject['given'] | undefined;
  /** As if it were composed of others: without an MD5. */
  readonly composite?: boolean | undefined;
}

/** The objects of one bucket, with their noncurrent generations. */
export class GcsBucket {
  /** Whether what is overwritten or deleted is kept as a noncurrent generation. */
  versioning = false;
  requesterPays = false;
  readonly uploads: Map<string, GcsUpload> = new Map();
  readonly #generations = new Map<string, GcsObject[]>();
  #sorted: string[] | undefined;
  #last = Date.now() * 1000;

  /** All names that have a generation, in the order of their UTF-8 bytes. */
  get names(): readonly string[] {
    this.#sorted ??= sortByUtf8([...this.#generations.keys()], (name) => name);
    return this.#sorted;
  }

  /** Newest first. */
  generationsOf(name: string): readonly GcsObject[] {
    return this.#generations.get(name) ?? [];
  }

  /** What a name stands for now. */
  live(name: string): GcsObject | undefined {
    return this.generationsOf(name).find(({ isLive }) => isLive);
  }

  put(name: string, bytes: Uint8Array, { given = {}, composite = false }: GcsPutOptions = {}): GcsObject {
    const generation = String(++this.#last);
    const added: GcsObject = {
      name,
      generation,
      bytes,
      md5Hash: composite ? undefined : createHash('md5').update(bytes).digest('base64'),
      crc32c: crc32c(bytes),
      etag: Buffer.from(generation).toString('base64'),
      updated: new Date(),
      given,
      isLive: true,
    };
    this.#set(name, [added, ...this.#noncurrent(name)]);
    return added;
  }

  /** Deletes the live generation; a versioned bucket keeps it as a noncurrent one. */
  delete(name: string): void {
    this.#set(name, this.#noncurrent(name));
  }

  /** Deletes one generation for good. */
  deleteGeneration(name: string, generation: string): void {
    const others = this.generationsOf(name).filter((object) => object.generation !== generation);
    this.#set(name, others);
  }

  startUpload(upload: Omit<GcsUpload, 'id' | 'bytes'>): GcsUpload {
    const started = { ...upload, id: `upload-${++this.#last}`, bytes: Buffer.alloc(0) };
    this.uploads.set(started.id, started);
    return started;
  }

  #noncurrent(name: string): GcsObject[] {
    return this.versioning ? this.generationsOf(name).map((object) => ({ ...object, isLive: false })) : [];
  }

  #set(name: string, generations: GcsObject[]): void {
    if (this.#generations.has(name) !== generations.length > 0) this.#sorted = undefined;
    if (generations.length > 0) this.#generations.set(name, generations);
    else this.#generations.delete(name);
  }
}
