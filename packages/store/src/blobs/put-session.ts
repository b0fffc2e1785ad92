import {
  type AnyIterable,
  concatBytes,
  type PutResult,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { digestAt, type Hashed, type HashedBlob } from '../ingest/hashed.js';
import type { FinishedPack } from '../packs/open-pack.js';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf, readEpoch } from '../packs/pack-index.js';
import { StatCache } from '../stat-cache/stat-cache.js';
import type { Port, SharedPorts } from '../threads/ports.js';
import { HeldPorts, type Need } from './held-ports.js';
import type { Job, JobLimits, NewBytes, NewFile } from './jobs.js';
import { makeRows, type PackToAdd, type RowsContext } from './make-rows.js';
import { Reliability } from './reliability.js';

export interface PutContext extends RowsContext {
  readonly ports: SharedPorts;
  readonly limits: Pick<JobLimits, 'smallBytes' | 'batchBytes'>;
}

/** How much of a stream is gathered before it is hashed, in bytes. */
const gatheredBytes = 1024 * 1024;

/**
 * One put. Decides which records go into packs, and makes the rows of the packs when they are finished. Recipes come last,
 * when all that they rely on has its rows.
 */
export class PutSession {
  readonly #context: PutContext;
  readonly #options: TransferOptions;
  readonly #ports: HeldPorts;
  readonly #over = new AbortController();
  readonly #recipes = new Map<string, HashedBlob>();
  readonly #reliable: Reliability;
  /** The epoch of garbage collection when the put began. */
  readonly #basis: number;
  /** What is known of files without reading them. */
  readonly seen: StatCache;

  static async begin(context: PutContext, options: TransferOptions): Promise<PutSession> {
    return new PutSession(context, options, await context.database.read(readEpoch, options));
  }

  private constructor(context: PutContext, options: TransferOptions, basis: number) {
    this.#context = context;
    const { signal } = this.#over;
    this.#options = {
      ...options,
      signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]),
    };
    this.#basis = basis;
    this.#reliable = new Reliability(context.reader, this.#options);
    this.#ports = new HeldPorts(context.ports);
    this.seen = new StatCache(context, basis);
  }

  async run(job: Job): Promise<readonly PutResult[]> {
    if (job.kind === 'known') return job.results;
    const port = await this.#ports.take(needOf(job));
    try {
      if (job.kind === 'files') return await this.#keepFiles(port, job.files);
      if (job.kind === 'bytes') return await this.#keepBytes(port, job.items);
      if (job.kind === 'stream') return [{ ...(await this.#keepStream(port, job)), index: job.index }];
      return [await this.#keepLargeFile(port, job.file)];
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
    // In one transaction with the last pack, for each takes its time to be durable.
    const also = () => this.seen.save();
    if (last !== undefined && pack !== undefined) await this.#finishPack(last, pack, { recipes, also });
    else if (!this.seen.isEmpty) await this.#context.database.write(also, this.#options);
  }

  /** Has all that is under way break off, as nobody waits for it. */
  stop(): void {
    this.#over.abort();
  }

  /** Leaves nothing half-done. */
  async end(): Promise<void> {
    await this.#ports.end();
  }

  async #keepFiles(port: Port, files: readonly NewFile[]): Promise<PutResult[]> {
    const readAt = Date.now();
    const hashed = await port.readFiles(files.map(({ path, stamp }) => ({ path, stamp })));
    const results = await this.#keepAll(port, hashed, files);
    for (const [i, file] of files.entries()) file.group.note(file, digestAt(hashed.digests, i), readAt);
    return results;
  }

  async #keepBytes(port: Port, items: readonly NewBytes[]): Promise<PutResult[]> {
    return this.#keepAll(port, await port.takeBytes(items.map(({ bytes }) => bytes)), items);
  }

  async #keepLargeFile(port: Port, { path, stamp, index, group }: NewFile): Promise<PutResult> {
    const readAt = Date.now();
    await port.openFile({ path, stamp });
    for (;;) {
      const part = await port.readPart();
      await this.#keep(port, part);
      if (part.blob === undefined) continue;
      const result = await this.#keepBlob(part.blob);
      group.note({ path, stamp }, rawDigest(result.digest), readAt);
      return { ...result, index };
    }
  }

  async #keepAll(
    port: Port,
    hashed: Hashed,
    items: readonly { readonly index: number }[],
  ): Promise<PutResult[]> {
    const wanted = await this.#keep(port, hashed);
    return items.map(({ index }, i) => ({
      index,
      digest: this.name(digestAt(hashed.digests, i)),
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
      const [result] = await this.#keepBytes(port, [{ bytes: concatBytes(gathered), index: 0 }]);
      return result as PutResult;
    }
    if (!isLarge) await port.openBytes();
    const part = await port.takePart(concatBytes(gathered), true);
    await this.#keep(port, part);
    return this.#keepBlob(part.blob as HashedBlob);
  }

  /** Puts what the store lacks into the pack of a port. */
  async #keep(port: Port, hashed: Hashed): Promise<Uint8Array> {
    this.#options.onBytes?.(hashed.bytesRead);
    const wanted = await this.#choose(port, hashed);
    await this.#finishPack(port, await port.keep(wanted));
    this.#options.signal?.throwIfAborted();
    return wanted;
  }

  /** Which of these the store lacks, each only once. */
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
    const found = await this.#context.reader.find(unknown, this.#options);
    for (const [i, digest] of unknown.entries()) {
      const location = found.get(keyOf(digest));
      if (location === undefined || !(await this.#reliable.includes(digest, location)))
        wanted[places[i] as number] = 1;
    }
    return wanted;
  }

  async #keepBlob(blob: HashedBlob): Promise<Omit<PutResult, 'index'>> {
    const { digest, size } = blob;
    const raw = rawDigest(digest);
    const key = keyOf(raw);
    if (this.#recipes.has(key)) return { digest, size, created: false };
    this.#recipes.set(key, blob);
    const location = (await this.#context.reader.find([raw], this.#options)).get(key);
    const isThere = location !== undefined && (await this.#reliable.includes(raw, location));
    if (isThere) this.#recipes.delete(key);
    return { digest, size, created: !isThere };
  }

  /** Makes the rows of a finished pack. */
  async #finishPack(
    port: Port,
    pack: FinishedPack | undefined,
    { recipes = [], also }: Partial<Pick<PackToAdd, 'recipes' | 'also'>> = {},
  ): Promise<void> {
    if (pack === undefined) return;
    const [basis, { damaged }] = [this.#basis, this.#reliable];
    const added = { pack, recipes, basis, damaged, ...(also === undefined ? {} : { also }) };
    await makeRows(this.#context, added, this.#options);
    this.#ports.release(port);
  }

  /** A digest by its bytes. */
  readonly name = (digest: Uint8Array): PutResult['digest'] => {
    const { buffer, byteOffset, length } = digest;
    return `${this.#context.hasher.algorithm}:${Buffer.from(buffer, byteOffset, length).toString('hex')}`;
  };
}

function needOf(job: Job): Need {
  return {
    isLocal: job.kind === 'bytes' || job.kind === 'stream',
    size: job.kind === 'large file' ? job.file.stamp.size : 0,
  };
}
