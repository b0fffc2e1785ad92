/** A list is made anew when more than so many of its keys are over, and they are most. */
const mostOver = 1024;

/**
 * What was handed out and is waited for, by keys that come back about in the order they went out: a million of them, of
 * which few are out at a time. Those before `#next` are over, but for those that were overtaken, which are in a map.
 */
export class Waiting<K, V extends {}> {
  #keys: K[] = [];
  #values: V[] = [];
  #next = 0;
  readonly #overtaken = new Map<K, V>();

  set(key: K, value: V): void {
    if (this.#next > mostOver && 2 * this.#next > this.#keys.length) this.#forget();
    this.#keys.push(key);
    this.#values.push(value);
  }

  /** What is waited for under a key, which is over with this. */
  take(key: K): V | undefined {
    if (this.#keys[this.#next] === key) return this.#values[this.#next++];
    const overtaken = this.#overtaken.get(key);
    if (overtaken !== undefined) {
      this.#overtaken.delete(key);
      return overtaken;
    }
    const place = this.#keys.indexOf(key, this.#next);
    if (place === -1) return undefined;
    while (this.#next < place) {
      this.#overtaken.set(this.#keys[this.#next] as K, this.#values[this.#next] as V);
      this.#next++;
    }
    return this.#values[this.#next++];
  }

  /** What is waited for still. */
  *keys(): Generator<K> {
    yield* this.#overtaken.keys();
    for (let i = this.#next; i < this.#keys.length; i++) yield this.#keys[i] as K;
  }

  #forget(): void {
    this.#keys = this.#keys.slice(this.#next);
    this.#values = this.#values.slice(this.#next);
    this.#next = 0;
  }
}
