/** How far back a rate looks, in milliseconds: long enough to be steady, short enough to follow. */
const windowMs = 8000;

/** The rate of something that only grows, over the last seconds. */
export class Rate {
  readonly #samples: { at: number; value: number }[] = [];

  add(value: number, at: number): void {
    this.#samples.push({ at, value });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= windowMs) this.#samples.shift();
  }

  /** Per second; `undefined` before there is enough to say. */
  perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < 500) return undefined;
    return ((last.value - first.value) * 1000) / (last.at - first.at);
  }
}
