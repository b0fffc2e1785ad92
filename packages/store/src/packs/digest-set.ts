/**
 * Many digests in little memory: open addressing over typed arrays, and of each digest only as many bytes as its user needs.
 * Each has a number, from 0 in the order they came, by which columns can say more of it.
 */
export class DigestSet {
  readonly #words: number;
  #keys: Uint32Array;
  /** The number of the digest in a slot, and 1; 0 if it is free. */
  #slots: Uint32Array = new Uint32Array(1024);
  #size = 0;

  /**
   * @param keyBytes 8 where taking one digest for another does no harm but once in billions of stores, 32 where none may
   * ever be.
   */
  constructor(keyBytes: 8 | 16 | 32 = 8) {
    this.#words = keyBytes / 4;
    this.#keys = new Uint32Array(512 * this.#words);
  }

  get size(): number {
    return this.#size;
  }

  /** Forgets all, but keeps the memory for as many. */
  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }

  has(digest: Uint8Array): boolean {
    return this.find(digest) >= 0;
  }

  /** The number of a digest, or -1. */
  find(digest: Uint8Array): number {
    return (this.#slots[this.#slotOf(digest)] as number) - 1;
  }

  /** Adds a digest unless it is there, and returns its number. */
  add(digest: Uint8Array): number {
    const slot = this.#slotOf(digest);
    const known = this.#slots[slot] as number;
    if (known > 0) return known - 1;
    const number = this.#size++;
    if ((number + 1) * this.#words > this.#keys.length) {
      const keys = new Uint32Array(2 * this.#keys.length);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    for (let i = 0; i < this.#words; i++) this.#keys[number * this.#words + i] = word(digest, i);
    this.#slots[slot] = number + 1;
    if (2 * this.#size > this.#slots.length) this.#grow();
    return number;
  }

  /** The slot that has a digest, or the free one where it would be. */
  #slotOf(digest: Uint8Array): number {
    const mask = this.#slots.length - 1;
    let slot = word(digest, 0) & mask;
    for (;;) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0 || this.#isKey(number, digest)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isKey(number: number, digest: Uint8Array): boolean {
    for (let i = 0; i < this.#words; i++) {
      if (this.#keys[number * this.#words + i] !== word(digest, i)) return false;
    }
    return true;
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = (this.#keys[number * this.#words] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** Digests are evenly spread, so that their bytes serve as hashes. */
function word(digest: Uint8Array, i: number): number {
  const at = 4 * i;
  return (
    ((digest[at] as number) |
      ((digest[at + 1] as number) << 8) |
      ((digest[at + 2] as number) << 16) |
      ((digest[at + 3] as number) << 24)) >>>
    0
  );
}
