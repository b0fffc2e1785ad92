/** How many keys a map takes at least. */
const leastKeys = 512;

/**
 * What was handed out and is waited for, by keys that come back about in the order they went out: a million of them, of
 * which few are out at a time. In a single `Map` they would live for long: V8 links each table that a map has outgrown to
 * the next, and one that got old keeps all that come after it from the quick collections of young garbage.
 */
export class Waiting<K, V extends {}> {
  /** The oldest first; each takes keys until it was given as many as were waited for when it was new. */
  readonly #maps: Map<K, V>[] = [];
  #size = 0;
  #room = 0;

  set(key: K, value: V): void {
    if (this.#room === 0) {
      this.#maps.push(new Map());
      this.#room = Math.max(leastKeys, this.#size);
    }
    this.#maps.at(-1)?.set(key, value);
    this.#room--;
    this.#size++;
  }

  /** What is waited for under a key, which is over with this. */
  take(key: K): V | undefined {
    const maps = this.#maps;
    for (let i = 0; i < maps.length; i++) {
      const map = maps[i] as Map<K, V>;
      const value = map.get(key);
      if (value === undefined) continue;
      map.delete(key);
      this.#size--;
      if (map.size === 0 && i < maps.length - 1) maps.splice(i, 1);
      return value;
    }
    return undefined;
  }

  /** What is waited for still. */
  *keys(): Generator<K> {
    for (const map of this.#maps) yield* map.keys();
  }
}
