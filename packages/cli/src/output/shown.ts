import type { Options } from '../options.js';
import type { Output } from './output.js';
import { shownItems } from './print-list.js';

/** How many items of a list to print: `--limit`, else what a person reads at once, else all. `--all` is all. */
export function limitOf(options: Options, output: Output): number | undefined {
  if (options.has('all')) return undefined;
  const limit = options.whole('limit', 1);
  if (limit !== undefined) return limit;
  return output.isTerminal && output.format === 'text' && !output.isQuiet ? shownItems : undefined;
}

/** The first items of a list, and how many there are at least: one more is looked for, so that nothing is cut in silence. */
export async function firstOf<T>(
  items: AsyncIterable<T>,
  limit: number | undefined,
): Promise<{ readonly items: readonly T[]; readonly isCut: boolean }> {
  const taken: T[] = [];
  for await (const item of items) {
    if (taken.length === limit) return { items: taken, isCut: true };
    taken.push(item);
  }
  return { items: taken, isCut: false };
}

/** Says that a list was cut. */
export function tellCut(output: Output, shown: number, total: number | undefined): void {
  output.talk(
    output.talkColors.dim(`${shown}${total === undefined ? '' : ` of ${total}`} shown; --all for the rest`),
  );
}
