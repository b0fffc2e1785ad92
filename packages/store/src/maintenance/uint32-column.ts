/** A number for each of many things that are numbered; 0 until it is set. It grows as it is needed. */
export class Uint32Column {
  #values: Uint32Array = new Uint32Array(1024);

  get(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    while (index >= this.#values.length) {
      const values = new Uint32Array(2 * this.#values.length);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[index] = value;
  }
}
