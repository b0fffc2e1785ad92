import { WatchedPromise } from '../util/watched-promise.js';

/** A call that failed. */
export interface FailedCall {
  /** What it was about, such as `logging "bike-dataset"`. */
  readonly label: string;
  readonly error: unknown;
}

/** The calls of a run that are at work, and those that failed without anybody looking. */
export class PendingCalls {
  readonly #working = new Map<Promise<unknown>, string>();
  readonly #rest = new Set<Promise<unknown>>();
  readonly #failed: (FailedCall & { readonly order: number; readonly promise: WatchedPromise<unknown> })[] =
    [];
  #count = 0;
  readonly #onChange: (count: number) => void;
  #firstError: { readonly error: unknown } | undefined;

  /** @param onChange Called with how many are at work. */
  constructor(onChange: (count: number) => void) {
    this.#onChange = onChange;
  }

  /** The first failure of all, looked at or not. */
  get firstError(): { readonly error: unknown } | undefined {
    return this.#firstError;
  }

  /** What is at work, by label. */
  get labels(): readonly string[] {
    return [...this.#working.values()];
  }

  add<T>(label: string, call: Promise<T>): WatchedPromise<T> {
    const order = this.#count++;
    const promise = WatchedPromise.follow(call);
    const settled = call
      .catch((error: unknown) => {
        this.#firstError ??= { error };
        this.#failed.push({ label, error, order, promise });
      })
      .finally(() => {
        this.#working.delete(settled);
        this.#onChange(this.#working.size);
      });
    this.#working.set(settled, label);
    this.#onChange(this.#working.size);
    return promise;
  }

  /** Resolves when nothing is at work. */
  async settled(): Promise<void> {
    while (this.#working.size + this.#rest.size > 0)
      await Promise.all([...this.#working.keys(), ...this.#rest]);
  }

  /** The calls that failed and that nobody looked at, in the order they were made. */
  get unseen(): readonly FailedCall[] {
    return this.#failed.filter(({ promise }) => !promise.isWatched).sort((a, b) => a.order - b.order);
  }

  /** Waits for work too whose call is over; how it ends matters to nobody. */
  outlive(work: Promise<unknown>): void {
    const settled = work.then(noop, noop).finally(() => this.#rest.delete(settled));
    this.#rest.add(settled);
  }
}

function noop(): void {}
