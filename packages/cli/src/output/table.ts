import stringWidth from 'string-width';

/** A column of a table for people. */
export interface TableColumn {
  readonly heading: string;
  readonly align?: 'right' | undefined;
  /** May be cut when the table is too wide; else the column keeps its width. */
  readonly shrinks?: true | undefined;
}

const gap = '  ';
/** No column is cut to less. */
const leastWidth = 8;

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

/** Takes from the widest columns that may shrink, until all fit or can't shrink further. */
function fitted(columns: readonly TableColumn[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, each) => sum + each, gap.length * (columns.length - 1)) - width;
  while (over > 0 && Number.isFinite(over)) {
    let widest = -1;
    for (const [at, each] of widths.entries()) {
      const canShrink = columns[at]?.shrinks === true && each > leastWidth;
      if (canShrink && each > (widths[widest] ?? 0)) widest = at;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
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
