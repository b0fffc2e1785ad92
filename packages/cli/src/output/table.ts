import stringWidth from 'string-width';

/** A column of a table for people. */
export interface TableColumn {
  readonly heading: string;
  readonly align?: 'right' | undefined;
  /** May be cut when the table is too wide; else the column keeps its width. */
  readonly shrinks?: true | undefined;
}

const gap = '  ';
/** A column that may shrink is cut to no less, as long as something else helps. */
const leastWidth = 6;

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
  const widths = fitted(columns, natural, width);
  return rows.map((row, index) =>
    columns
      .map(({ align }, at) => {
        const text = cut(row[at] ?? '', widths[at] ?? 0);
        const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(text)));
        const isLast = at === columns.length - 1;
        return style(align === 'right' ? space + text : isLast ? text : text + space, index - 1, at);
      })
      .join(gap)
      .trimEnd(),
  );
}

/** Takes from the widest columns: first from those that may shrink, and if that is not enough, from all. */
function fitted(columns: readonly TableColumn[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const space = gap.length * (columns.length - 1);
  let over = widths.reduce((sum, each) => sum + each, space) - width;
  if (over <= 0) return widths;
  for (const [least, isDue] of [
    [leastWidth, (at: number) => columns[at]?.shrinks === true],
    [1, () => true],
  ] as const) {
    for (; over > 0; over--) {
      const due = [...widths.keys()].filter((at) => isDue(at) && (widths[at] ?? 0) > least);
      const widest = due.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a), due[0] ?? -1);
      if (widest === -1) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}
