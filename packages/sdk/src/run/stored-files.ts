import type { ContentAlgorithm, ContentDigest, FileEntry } from '@cairn/core';

const digestBytes = 32;

/** What was stored for each of many files, by their numbers, in 40 bytes each. */
export class StoredFiles {
  readonly #digests: Buffer;
  readonly #sizes: Float64Array;
  readonly #prefix: `${ContentAlgorithm}:`;
  /** The few that a policy may have under another algorithm. */
  readonly #others = new Map<number, ContentDigest>();

  constructor(count: number, algorithm: ContentAlgorithm) {
    this.#digests = Buffer.alloc(count * digestBytes);
    this.#sizes = new Float64Array(count);
    this.#prefix = `${algorithm}:`;
  }

  set(number: number, { digest, size }: FileEntry): void {
    if (!digest.startsWith(this.#prefix)) this.#others.set(number, digest);
    else this.#digests.write(digest.slice(this.#prefix.length), number * digestBytes, 'hex');
    this.#sizes[number] = size;
  }

  entry(number: number, path: string): FileEntry {
    const start = number * digestBytes;
    const hex = this.#digests.toString('hex', start, start + digestBytes);
    const digest = this.#others.get(number) ?? (`${this.#prefix}${hex}` as ContentDigest);
    return { kind: 'file', path, digest, size: this.#sizes[number] as number };
  }
}
