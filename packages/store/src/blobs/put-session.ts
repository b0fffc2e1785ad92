import {
  type AnyIterable,
  concatBytes,
  type Hasher,
  type PutResult,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { digestAt, type Hashed, type HashedBlob } from '../ingest/hashed.js';
import type { FileToRead } from '../ingest/source-file.js';
import type { FinishedPack } from '../packs/open-pack.js';
import { digestBytes, rawDigest } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import type { FileMemory } from '../stat-cache/file-memory.js';
import type { SeenGroup } from '../stat-cache/stat-cache.js';
import type { Port, SharedPorts } from '../threads/ports.js';
import { HeldPorts, type Need } from './held-ports.js';
import type { Job, JobLimits, NewBytes, NewFiles, NewLargeFile } from './jobs.js';
import type { PackHome, PackIntake } from './pack-home.js';

export interface PutContext {
  readonly hasher: Hasher;
  readonly home: PackHome;
  readonly ports: SharedPorts;
  readonly limits: Pick<JobLimits, 'smallBytes' | 'batchBytes'>;
}

/** How much of a stream is gathered before it is hashed, in bytes. */
const gatheredBytes = 1024 * 1024;

/**
 * One put. Decides which records go into packs, and gives the packs to their home when they are finished. Recipes come last,
 * when the home knows all that they rely on.
 */
export class PutSession {
  readonly #context: PutContext;
  readonly #options: TransferOptions;
  readonly #ports: HeldPorts;
  readonly #over: AbortController;
  readonly #intake: PackIntake;
  readonly #recipes = new Map<string, HashedBlob>();

  static async begin(context: PutContext, options: TransferOptions): Promise<PutSession> {
    const over = new AbortController();
    const { signal } = over;
    const whole = {
      ...options,
      signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]),
    };
    return new PutSession(context, whole, over, await context.home.begin(whole));
  }

  private constructor(
    context: PutContext,
    options: TransferOptions,
    over: AbortController,
    intake: PackIntake,
  ) {
    this.#context = context;
    this.#options = options;
    this.#over = over;
    this.#intake = intake;
    this.#ports = new HeldPorts(context.ports);
  }

  /** What is known of files without reading them. */
  get seen(): FileMemory {
    return this.#intake.seen;
  }

  async run(job: Job): Promise<readonly PutResult[]> {
    if (job.kind === 'known') return job.results;
    const port = await this.#ports.take(needOf(job));
    try {
      if (job.kind === 'files') return await this.#keepFiles(port, job);
      if (job.kind === 'bytes') return await this.#keepBytes(port, job);
      if (job.kind === 'stream') return [{ ...(await this.#keepStream(port, job)), index: job.index }];
      return [await this.#keepLargeFile(port, job)];
    } finally {
      this.#ports.leave(port);
    }
  }

  /** Makes all that was kept durable, and visible to others. */
  async finish(): Promise<void> {
    const ports = this.#ports.all();
    const last = ports.pop();
    for (const port of ports) await this.#finishPack(port, await port.finish());
    const recipes = [...this.#recipes.values()];
    await last?.writeRecipes(recipes);
    const pack = await last?.finish();
    await this.#intake.finish(pack === undefined ? undefined : { pack, recipes }, this.#options);
  }

  /** Has all that is under way break off, as nobody waits for it. */
  stop(): void {
    this.#over.abort();
  }

  /** Leaves nothing half-done. */
  async end(): Promise<void> {
    await this.#ports.end();
  }

  async #keepFiles(port: Port, { items, indexes, groups }: NewFiles): Promise<PutResult[]> {
    const readAt = Date.now();
    const hashed = await port.readFiles(items);
    const results = await this.#keepAll(port, hashed, indexes);
    for (let i = 0; i < items.length; i++) {
      (groups[i] as SeenGroup).note(items[i] as FileToRead, readAt, hashed.digests, i * digestBytes);
    }
    return results;
  }

  async #keepBytes(port: Port, { items, indexes }: NewBytes): Promise<PutResult[]> {
    return this.#keepAll(port, await port.takeBytes(items), indexes);
  }

  async #keepLargeFile(port: Port, { file, index, group }: NewLargeFile): Promise<PutResult> {
    const { path, stamp } = file;
    const readAt = Date.now();
    await port.openFile({ path, stamp });
    for (;;) {
      const part = await port.readPart();
      await this.#keep(port, part);
      if (part.blob === undefined) continue;
      const result = await this.#keepBlob(part.blob);
      group.note(file, readAt, rawDigest(result.digest));
      return { ...result, index };
    }
  }

  async #keepAll(port: Port, hashed: Hashed, indexes: readonly number[]): Promise<PutResult[]> {
    const wanted = await this.#keep(port, hashed);
    const { buffer, byteOffset, length } = hashed.digests;
    const digests = Buffer.from(buffer, byteOffset, length);
    return indexes.map((index, i) => ({
      index,
      digest: this.name(digests, i * digestBytes),
      size: hashed.lengths[i] as number,
      created: wanted[i] === 1,
    }));
  }

  async #keepStream(
    port: Port,
    { open }: { open(): AnyIterable<Uint8Array> },
  ): Promise<Omit<PutResult, 'index'>> {
    const { smallBytes } = this.#context.limits;
    this.#options.signal?.throwIfAborted();
    let gathered: Uint8Array[] = [];
    let size = 0;
    let isLarge = false;
    for await (const chunk of untilAborted(open(), this.#options.signal)) {
      for (let at = 0; at < chunk.length; at += gatheredBytes) {
        // Whoever made it may use its memory again.
        const piece = new Uint8Array(chunk.subarray(at, at + gatheredBytes));
        gathered.push(piece);
        size += piece.length;
        if (size <= (isLarge ? gatheredBytes : Math.max(smallBytes, gatheredBytes))) continue;
        if (!isLarge) await port.openBytes();
        isLarge = true;
        await this.#keep(port, await port.takePart(concatBytes(gathered), false));
        gathered = [];
        size = 0;
      }
    }
    if (!isLarge && size <= smallBytes) {
      const [result] = await this.#keepBytes(port, { items: [concatBytes(gathered)], indexes: [0] });
      return result as PutResult;
    }
    if (!isLarge) await port.openBytes();
    const part = await port.takePart(concatBytes(gathered), true);
    await this.#keep(port, part);
    return this.#keepBlob(part.blob as HashedBlob);
  }

  /** Puts what the home lacks into the pack of a port. */
  async #keep(port: Port, hashed: Hashed): Promise<Uint8Array> {
    this.#options.onBytes?.(hashed.bytesRead);
    const wanted = await this.#choose(port, hashed);
    await this.#finishPack(port, await port.keep(wanted));
    this.#options.signal?.throwIfAborted();
    return wanted;
  }

  /** Which of these the home lacks, each only once. */
  async #choose(port: Port, { digests, lengths }: Hashed): Promise<Uint8Array> {
    const wanted = new Uint8Array(lengths.length);
    const unknown: Uint8Array[] = [];
    const places: number[] = [];
    for (let i = 0; i < wanted.length; i++) {
      const digest = digestAt(digests, i);
      // Before anything is awaited, so that of several ports one keeps it.
      if (!this.#ports.claim(port, digest)) continue;
      unknown.push(digest);
      places.push(i);
    }
    const lacked = await this.#intake.lacks(unknown, this.#options);
    for (const [i, place] of places.entries()) wanted[place] = lacked[i] as number;
    return wanted;
  }

  async #keepBlob(blob: HashedBlob): Promise<Omit<PutResult, 'index'>> {
    const { digest, size } = blob;
    const raw = rawDigest(digest);
    const key = keyOf(raw);
    if (this.#recipes.has(key)) return { digest, size, created: false };
    this.#recipes.set(key, blob);
    const created = (await this.#intake.lacks([raw], this.#options))[0] === 1;
    if (!created) this.#recipes.delete(key);
    return { digest, size, created };
  }

  /** Gives a finished pack to its home. */
  async #finishPack(port: Port, pack: FinishedPack | undefined): Promise<void> {
    if (pack === undefined) return;
    await this.#intake.add(pack, this.#options);
    this.#ports.release(port);
  }

  /** A digest by its bytes, which begin at `start`. */
  readonly name = (digests: Buffer, start = 0): PutResult['digest'] =>
    `${this.#context.hasher.algorithm}:${digests.toString('hex', start, start + digestBytes)}`;
}

function needOf(job: Job): Need {
  return {
    isLocal: job.kind === 'bytes' || job.kind === 'stream',
    size: job.kind === 'large file' ? job.file.stamp.size : 0,
  };
}
