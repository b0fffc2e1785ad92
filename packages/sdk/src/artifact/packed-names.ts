/**
 * Names of files, in bytes and not as texts: those of a million files would be most of the heap that is alive, and V8 lets
 * garbage grow in proportion to it.
 */
export class PackedNames {
  /** With a NUL between them. */
  readonly #bytes: Buffer;
  /** Where each ends. */
  readonly #ends: Uint32Array;

  constructor(names: readonly string[]) {
    this.#bytes = Buffer.from(names.join('\0'));
    this.#ends = new Uint32Array(names.length);
    let end = -1;
    for (const [i, name] of names.entries()) {
      end += 1 + Buffer.byteLength(name);
      this.#ends[i] = end;
    }
  }

  get length(): number {
    return this.#ends.length;
  }

  at(index: number): string {
    const start = index === 0 ? 0 : (this.#ends[index - 1] as number) + 1;
    return this.#bytes.toString('utf8', start, this.#ends[index]);
  }

  /** All of them, which takes a fraction of asking for each. */
  all(): readonly string[] {
    return this.length === 0 ? [] : this.#bytes.toString().split('\0');
  }
}
