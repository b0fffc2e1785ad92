/**
 * A promise that knows whether anybody looks at its outcome. If nobody does, its rejection is no unhandled rejection:
 * whoever made the promise has to bring the failure to light by other means.
 */
export class WatchedPromise<T> extends Promise<T> {
  #isWatched = false;

  /** What `then` gives back is an ordinary promise: whoever chains on it has taken over. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static follow<T>(promise: Promise<T>): WatchedPromise<T> {
    const watched = new WatchedPromise<T>((resolve, reject) => {
      promise.then(resolve, reject);
    });
    Promise.prototype.then.call(watched, undefined, () => undefined);
    return watched;
  }

  /** Whether it was awaited or chained on. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  // biome-ignore lint/suspicious/noThenProperty: this is how looking at a promise is noticed, by await too
  override then<A = T, B = never>(
    onResolve?: ((value: T) => A | PromiseLike<A>) | null,
    onReject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isWatched = true;
    return super.then(onResolve, onReject);
  }
}

/** For a failure that no later call can report: if nobody looks at the promise, it becomes a warning of the process. */
export function warnIfUnwatched<T>(promise: Promise<T>): WatchedPromise<T> {
  const watched = WatchedPromise.follow(promise);
  promise.catch((error: unknown) => {
    setImmediate(() => {
      if (!watched.isWatched) process.emitWarning(messageOf(error), 'CairnWarning');
    });
  });
  return watched;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
