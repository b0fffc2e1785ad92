import stringWidth from 'string-width';
import { cut } from './cut.js';

/** A column of a table for people. */
export interface TableColumn {
  readonly heading: string;
  readonly align?: 'right' | undefined;
  /** May be cut when the table is too wide; else the column keeps its width. */
  readonly shrinks?: true | undefined;
  /** Is left out when it is empty, or even shrinking doesn't help: those with the lowest number first. Default: never. */
  readonly drops?: number | undefined;
}

const gap = '  ';
/** A column that may shrink is cut to no less, as long as something else helps. */
const leastWidth = 10;
/** The first column says what the line is about. */
const leastFirstWidth = 20;

/**
 * Lays rows out in columns that fit a width: what is too wide ends in `…`.
 *
 * @param cells Printable texts of one line each, without colours.
 * @param style Colours a padded cell; row -1 is the heading.
 */
export function layOutTable(
  columns: readonly TableColumn[],
  cells: readonly (readonly string[])[],
  width: number,
  style: (text: string, row: number, column: number) => string = (text) => text,
): string[] {
  const rows = [columns.map(({ heading }) => heading), ...cells];
  const natural = columns.map((_, at) => Math.max(...rows.map((row) => stringWidth(row[at] ?? ''))));
  const filled = [...columns.keys()].filter(
    (at) => columns[at]?.drops === undefined || cells.some((row) => row[at] !== ''),
  );
  const kept = keptColumns(columns, natural, filled, width);
  const widths = fitted(columns, natural, kept, width);
  return rows.map((row, index) =>
    kept
      .map((at) => {
        const text = cut(row[at] ?? '', widths[at] ?? 0);
        const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(text)));
        const isLast = at === kept.at(-1);
        const isRight = columns[at]?.align === 'right';
        return style(isRight ? space + text : isLast ? text : text + space, index - 1, at);
      })
      .join(gap)
      .trimEnd(),
  );
}

/** Leaves columns out until the others fit when they shrink. */
function keptColumns(
  columns: readonly TableColumn[],
  natural: readonly number[],
  filled: readonly number[],
  width: number,
): readonly number[] {
  let kept = filled;
  const least = natural.map((most, at) => (columns[at]?.shrinks ? Math.min(most, leastOf(at)) : most));
  while (sum(kept.map((at) => least[at] ?? 0)) > width) {
    const droppable = kept.filter((at) => columns[at]?.drops !== undefined);
    if (droppable.length === 0) break;
    const first = Math.min(...droppable.map((at) => columns[at]?.drops ?? 0));
    kept = kept.filter((at) => columns[at]?.drops !== first);
  }
  return kept;
}

/** Of columns with gaps between them. */
function sum(widths: readonly number[]): number {
  return widths.reduce((total, each) => total + each, gap.length * (widths.length - 1));
}

function leastOf(column: number): number {
  return column === 0 ? leastFirstWidth : leastWidth;
}

/** Takes from the widest columns: first from those that may shrink, and if that is not enough, from all. */
function fitted(
  columns: readonly TableColumn[],
  natural: readonly number[],
  kept: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  let over = sum(kept.map((at) => natural[at] ?? 0)) - width;
  for (const [least, isDue] of [
    [leastOf, (at: number) => columns[at]?.shrinks === true],
    [() => 1, () => true],
  ] as const) {
    for (; over > 0; over--) {
      const due = kept.filter((at) => isDue(at) && (widths[at] ?? 0) > least(at));
      const widest = due.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a), due[0] ?? -1);
      if (widest === -1) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}
