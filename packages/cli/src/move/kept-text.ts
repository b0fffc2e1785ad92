import type { ProgressEvent } from '@cairn/sdk';
import { bytesText } from '../output/format.js';

/** How much of a transfer that was stopped needn't be done again; what was on its way doesn't count, so it is a bound. */
export function keptText(last: ProgressEvent | undefined): string {
  if (last === undefined || last.phase === 'scan' || last.loaded === 0) return '';
  return ` (up to ${bytesText(last.loaded)} kept)`;
}
