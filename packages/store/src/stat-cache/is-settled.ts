import type { FileStamp } from '@cairn/core';

/** How much later than its last change a file must be read to be sure that a further change shows, in milliseconds. */
export const marginMs = 50;
/** … where a file system counts whole seconds, or pairs of them. */
const coarseMarginMs = 2500;

/**
 * Whether any change after a moment would have shown in the stamp. A file that was changed just before it was read could be
 * changed again within one tick of the file system's clock, and look the same. Git calls such a file racily clean.
 *
 * @param readAt When reading it began, in milliseconds since 1970.
 */
export function isSettled({ mtimeMs, ctimeMs }: FileStamp, readAt: number): boolean {
  const isCoarse = mtimeMs % 1000 === 0;
  return Math.max(mtimeMs, ctimeMs) + (isCoarse ? coarseMarginMs : marginMs) < readAt;
}
