import { availableParallelism } from 'node:os';
import { createChunker } from '../chunker/chunker.js';
import type { ChunkerParams } from '../chunker/chunker-params.js';
import type { DataKey } from '../encryption/pack-cipher.js';
import { type IngestContext, Ingestor } from '../ingest/ingestor.js';
import { segmentBytes } from '../packs/recipe.js';
import { LargeFile } from '../restore/large-file.js';
import type { Compared } from '../restore/present-file.js';
import {
  type FileToRestore,
  type PlacedRecord,
  type Restored,
  restoreFiles,
  type Target,
} from '../restore/restore-files.js';
import { type StartedWorker, startWorker, type WorkerOptions } from './worker-port.js';

/** All that is done to many files at a time: synchronously, in this thread or in another one. */
export class Work extends Ingestor {
  readonly #context: IngestContext;
  #target: LargeFile | undefined;

  constructor(context: IngestContext) {
    super(context);
    this.#context = context;
  }

  restore(files: readonly FileToRestore[]): Restored[] {
    return restoreFiles(this.#context, files);
  }

  /** Begins with a large file. Returns whether what is there may be right: then {@link compareTarget} finds out. */
  openTarget(target: Target): boolean {
    this.#target?.close();
    this.#target = new LargeFile(this.#context, target);
    return this.#target.mayBeRight;
  }

  compareTarget(): Compared {
    return (this.#target as LargeFile).compare();
  }

  writeTarget(records: readonly PlacedRecord[], isLast: boolean): Restored | undefined {
    return (this.#target as LargeFile).write(records, isLast);
  }

  override abandon(): void {
    this.#target?.close();
    this.#target = undefined;
    super.abandon();
  }
}

/** Where work is done. In another thread, every answer is a promise. */
export type Port = {
  readonly [K in keyof Work]: (
    ...args: Parameters<Work[K]>
  ) => ReturnType<Work[K]> | Promise<ReturnType<Work[K]>>;
};

/** The ports of one open store. They keep their buffers from one call to the next. */
export interface SharedPorts {
  /** The most ports that one call may use at once. */
  readonly limit: number;
  /** Whether a worker runs already, so that using it costs little. */
  readonly hasWorkers: boolean;
  /** A port of this thread. Give it back. */
  takeLocal(): Port;
  /** A worker that is at leisure, or a new one; `undefined` if all are busy, or none can be had. Give it back. */
  takeWorker(): Port | undefined;
  giveBack(port: Port): void;
  close(): Promise<void>;
}

/** How much is read before anything is decided, in bytes. */
export const batchBytes: number = 4 * 1024 * 1024;

const maxWorkers = 4;

export type SharedPortsOptions = Omit<IngestContext, 'chunker' | 'partBytes'> & {
  readonly chunker: ChunkerParams;
  /** What the packs are encrypted with, so that other threads can do so, too. */
  readonly dataKey: DataKey | undefined;
  /** Whether worker threads may be used: not where the file system isn't the real one. */
  readonly workers: boolean;
};

/** Makes what does the work of a thread. */
export function createWork({ chunker, ...context }: Omit<SharedPortsOptions, 'workers' | 'dataKey'>): Work {
  const partBytes = batchBytes + chunker.max;
  const room = segmentBytes(Math.ceil(partBytes / chunker.min));
  return new Work({ ...context, partBytes, chunker: createChunker(chunker, partBytes + room) });
}

export function sharedPorts({
  workers: mayHaveWorkers,
  dataKey,
  ...context
}: SharedPortsOptions): SharedPorts {
  const { packs, temp, isPassage, chunker, hasher } = context;
  const { algorithm } = hasher;
  const workerOptions: WorkerOptions = { packs, temp, isPassage, chunker, algorithm, dataKey };
  const idleLocals: Port[] = [];
  const idleWorkers: Port[] = [];
  const workers = new Map<Port, StartedWorker>();
  let isClosed = false;
  const most = mayHaveWorkers ? Math.min(availableParallelism(), maxWorkers) : 0;

  return {
    limit: most + 1,
    get hasWorkers() {
      return workers.size > 0;
    },
    takeLocal: () => idleLocals.pop() ?? createWork(context),
    takeWorker() {
      for (let idle = idleWorkers.pop(); idle !== undefined; idle = idleWorkers.pop()) {
        if (workers.get(idle)?.isRunning()) return idle;
        workers.delete(idle);
      }
      if (workers.size >= most || isClosed) return undefined;
      const started = startWorker(workerOptions);
      if (started !== undefined) workers.set(started.port, started);
      return started?.port;
    },
    giveBack(port) {
      const worker = workers.get(port);
      if (worker === undefined) idleLocals.push(port);
      else if (worker.isRunning()) idleWorkers.push(port);
      else workers.delete(port);
    },
    async close() {
      isClosed = true;
      // Those that are in use are forgotten when they are given back.
      await Promise.all([...workers.values()].map(({ stop }) => stop()));
      idleWorkers.length = 0;
      idleLocals.length = 0;
    },
  };
}
