/** How far a transfer is. */
export interface ProgressEvent {
  readonly phase: 'scan' | 'upload' | 'commit' | 'download';
  /** Bytes that are done. Never falls. */
  readonly loaded: number;
  /** Bytes to be done; `undefined` until that is known. */
  readonly total: number | undefined;
  readonly files: { readonly done: number; readonly total: number | undefined };
  /** Bytes, of those that are done, that were there already and were not transferred. */
  readonly reused: number;
  /** The entry that was done last. */
  readonly path: string | undefined;
  /** The largest files that are on their way, at most three, the largest first. Those of less than 1 MiB don't count. */
  readonly inFlight: readonly FileInFlight[];
  /** `true` in the last event, and only there. */
  readonly done: boolean;
}

/** A file that was begun and isn't done. */
export interface FileInFlight {
  /** Of the entry. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

export type OnProgress = (event: ProgressEvent) => void;

/** The most often a caller hears of progress, in milliseconds. With the first and last event: at most ten in a second. */
const interval = 125;
/** How many files in flight are named, and of what size, in bytes: those that somebody waits for. */
const mostNamed = 3;
const leastNamed = 1024 ** 2;

/** Counts for one call and tells its caller, seldom enough. */
export class Progress {
  #phase: ProgressEvent['phase'] = 'scan';
  #bytes = 0;
  #doneBytes = 0;
  #doneFiles = 0;
  #reused = 0;
  #total: number | undefined;
  #files: number | undefined;
  #path: string | undefined;
  readonly #inFlight = new Map<string, number>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #isOver = false;
  readonly #tell: OnProgress | undefined;
  readonly #signal: AbortSignal | undefined;

  /** @param signal When it is aborted the call is over for its caller, whatever is still at work. */
  constructor(tell: OnProgress | undefined, signal: AbortSignal | undefined) {
    this.#tell = tell;
    this.#signal = signal;
  }

  enter(phase: ProgressEvent['phase']): void {
    this.#phase = phase;
    this.#maybeTell();
  }

  /** What there is to do. */
  expect(bytes: number | undefined, files: number): void {
    this.#total = bytes;
    this.#files = files;
    this.#maybeTell();
  }

  /** More bytes were handled. */
  readonly onBytes = (count: number): void => {
    this.#bytes += count;
    this.#maybeTell();
  };

  /** So much is there already and need not be looked at. */
  reused(bytes: number, files: number): void {
    this.#doneFiles += files;
    this.#doneBytes += bytes;
    this.#reused += bytes;
    this.#maybeTell();
  }

  fileBegun(path: string, size: number): void {
    if (size >= leastNamed && this.#tell !== undefined) this.#inFlight.set(path, size);
  }

  fileDone(path: string, size: number, isReused: boolean): void {
    this.#path = path;
    if (size >= leastNamed) this.#inFlight.delete(path);
    this.#doneFiles++;
    this.#doneBytes += size;
    if (isReused) this.#reused += size;
    this.#maybeTell();
  }

  /** The call is about to succeed. */
  succeed(): void {
    if (this.#isOver) return;
    this.#total ??= this.#loaded();
    this.#bytes = Math.max(this.#bytes, this.#total);
    this.#files ??= this.#doneFiles;
    this.#emit(true);
    this.#isOver = true;
  }

  /** The call is over: nothing more is told. */
  stop(): void {
    this.#isOver = true;
  }

  #loaded(): number {
    return Math.min(Math.max(this.#bytes, this.#doneBytes), this.#total ?? Number.POSITIVE_INFINITY);
  }

  #largest(): FileInFlight[] {
    const files = Array.from(this.#inFlight, ([path, size]) => ({ path, size }));
    return files.sort((a, b) => b.size - a.size).slice(0, mostNamed);
  }

  #maybeTell(): void {
    if (this.#tell === undefined || this.#isOver || this.#signal?.aborted) return;
    if (performance.now() - this.#toldAt >= interval) this.#emit(false);
  }

  #emit(done: boolean): void {
    this.#toldAt = performance.now();
    // A caller's display that breaks must not break the transfer.
    try {
      const told: unknown = this.#tell?.({
        phase: this.#phase,
        loaded: this.#loaded(),
        total: this.#total,
        files: { done: this.#doneFiles, total: this.#files },
        reused: this.#reused,
        path: this.#path,
        inFlight: done ? [] : this.#largest(),
        done,
      });
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {}
  }
}
