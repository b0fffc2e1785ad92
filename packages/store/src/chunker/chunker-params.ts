import { CairnError, quote } from '@cairn/core';

/** How large blobs are cut. A store's `FORMAT` records it, since other cuts would find no chunk that is there. */
export interface ChunkerParams {
  readonly name: 'gear-v1';
  /** Bytes that every chunk but the last of a blob has at least. */
  readonly min: number;
  /** Bytes that the chunks of random data have on average. */
  readonly average: number;
  /** Bytes that no chunk exceeds. */
  readonly max: number;
}

/**
 * A minimum of half the average makes the sizes so even that a second threshold, as FastCDC has one, saves nothing more; and
 * half of all bytes need no look. With larger chunks an edit costs more, with smaller ones the recipes and the index do.
 */
export const defaultChunker: ChunkerParams = {
  name: 'gear-v1',
  min: 16 * 1024,
  average: 32 * 1024,
  max: 256 * 1024,
};

/** Bytes that the hash at a place depends on. */
export const gearWindow = 32;

/** What keeps buffers small whatever a damaged `FORMAT` says. */
const highestMax = 16 * 1024 * 1024;

/**
 * The parameters that `found`, part of a parsed `FORMAT`, holds.
 * @param where What to call the place in a message.
 * @throws CairnError `unsupported_format`.
 */
export function parseChunker(found: unknown, where: string): ChunkerParams {
  const { name, min, average, max }: Partial<Record<keyof ChunkerParams, unknown>> = Object(found);
  if (
    name === 'gear-v1' &&
    isSize(min) &&
    isSize(average) &&
    isSize(max) &&
    gearWindow <= min &&
    min < average &&
    average <= max &&
    max <= highestMax
  ) {
    return { name, min, average, max };
  }
  throw new CairnError('unsupported_format', `${quote(where)} asks for chunks that can't be made`, {
    hint: 'Open the store with the version of Cairn that made it.',
  });
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
