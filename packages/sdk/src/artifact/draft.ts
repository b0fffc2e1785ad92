import { CairnError, quote } from '@cairn/core';
import { TempFolder } from '../util/temp-folder.js';
import { WatchedPromise, warnIfUnwatched } from '../util/watched-promise.js';
import type { Base } from './base.js';
import { type Addition, EntryTable } from './entry-table.js';

/** What a step fetches before its turn, and what the caller gets for it. */
export interface Prepared<R> {
  readonly entries: readonly Addition[];
  readonly result: R;
}

/** A step that failed. If nobody looked at its promise, logging must say it: else a forgotten `await` loses a file. */
interface FailedStep {
  readonly error: unknown;
  readonly promise: WatchedPromise<unknown>;
  wasReported: boolean;
}

/**
 * The content of an artifact under construction. Steps take effect in the order they were asked for, also when nobody
 * awaits them; what they need is fetched at once, side by side.
 */
export class Draft {
  readonly temp: TempFolder = new TempFolder();
  /** Files that are being written. */
  readonly unclosed: Set<{ readonly path: string }> = new Set();
  readonly #nameOf: () => string;
  readonly #entries = new EntryTable();
  #failed: FailedStep[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #claims = 0;
  #logged: (() => Promise<Base>) | undefined;

  constructor(nameOf: () => string) {
    this.#nameOf = nameOf;
  }

  /** Whether it takes changes: not while it is being logged, and not once it is. */
  get isOpen(): boolean {
    return this.#claims === 0 && this.#logged === undefined;
  }

  /** @throws CairnError `artifact_finalized`. */
  checkOpen(): void {
    if (this.isOpen) return;
    const state = this.#logged === undefined ? 'being logged' : 'logged';
    throw new CairnError(
      'artifact_finalized',
      `the artifact ${quote(this.#nameOf())} is ${state}: it is final`,
      {
        hint: 'To change what it holds, start from the version: Artifact.from(version).',
      },
    );
  }

  /** Adds what `prepare` comes up with, all of it or nothing. */
  add<R>(prepare: () => Promise<Prepared<R>>, overwrite = false): Promise<R> {
    return this.#step(prepare, async ({ entries, result }) => {
      await this.#entries.add(entries, overwrite);
      return result;
    });
  }

  /** Starts with what a version holds. The first step. */
  startFrom(open: () => Promise<Base>): Promise<void> {
    return this.#step(open, async (base) => this.#entries.startFrom(base));
  }

  remove(path: string): Promise<void> {
    return this.#step(
      async () => undefined,
      async () => this.#entries.remove(path),
    );
  }

  #step<P, R>(prepare: () => Promise<P>, apply: (prepared: P) => Promise<R>): Promise<R> {
    try {
      this.checkOpen();
    } catch (error) {
      // Logging is over, so only a warning reaches who forgot an await.
      return warnIfUnwatched(Promise.reject(error));
    }
    // Who goes on after a failure was reported has dealt with it.
    this.#failed = this.#failed.filter(({ wasReported }) => !wasReported);
    const prepared = prepare();
    prepared.catch(() => undefined);
    const applied = this.#last.then(async () => apply(await prepared));
    const promise = WatchedPromise.follow(applied);
    this.#last = applied.catch((error: unknown) => {
      this.#failed.push({ error, promise, wasReported: false });
    });
    return promise;
  }

  /** Holds the draft still while it is logged. */
  claim(): DraftClaim {
    this.#claims++;
    let isEnded = false;
    return {
      entries: async () => {
        await this.#last;
        this.#checkSteps();
        if (this.#logged !== undefined && this.#entries.base === undefined) {
          this.#entries.startFrom(await this.#logged());
        }
        return this.#entries;
      },
      end: async (logged) => {
        if (isEnded) return;
        isEnded = true;
        this.#claims--;
        this.#logged ??= logged;
        if (this.#logged === undefined || this.#claims > 0) return;
        // The store has the bytes now: logging again needs no source, only what was logged.
        this.#entries.startFrom(undefined);
        await this.temp.remove();
      },
    };
  }

  #checkSteps(): void {
    for (const step of this.#failed) {
      if (step.promise.isWatched) continue;
      step.wasReported = true;
      throw step.error;
    }
    for (const { path } of this.unclosed) {
      throw new CairnError('conflict', `the file ${quote(path)} is still being written`, {
        hint: 'Call close() on what newFile returned, or dispose of it to add nothing.',
      });
    }
  }
}

export interface DraftClaim {
  /** All entries, when all steps are done. Throws what a step threw that nobody looked at. */
  entries(): Promise<EntryTable>;
  /** Makes the draft final if it was logged, with what opens what it then holds, else opens it again. Idempotent. */
  end(logged?: () => Promise<Base>): Promise<void>;
}
