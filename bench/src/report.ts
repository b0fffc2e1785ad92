import { isMet, type Row } from './bench.js';

/** The rows as a table, with the bar and whether it is met. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.label,
    `${format(row.value)} ${row.unit}`.trim(),
    formatBar(row.bar),
    isMet(row) ? 'met' : 'NOT MET',
  ]);
  const table = [['', 'measured', 'bar', ''], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

function formatBar(bar: Row['bar']): string {
  if ('atLeast' in bar) return `≥ ${format(bar.atLeast)}`;
  return 'atMost' in bar ? `≤ ${format(bar.atMost)}` : format(bar.exactly);
}

function format(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return value.toFixed(value < 10 ? 2 : 1);
}
