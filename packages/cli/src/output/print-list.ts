import { printable } from '@cairn/core';
import type { Colors } from './colors.js';
import type { Output } from './output.js';
import { pickFields } from './pick-fields.js';
import type { TableColumn } from './table.js';

/** A column of a list. */
export interface Column<T> extends TableColumn {
  /** For people: rounded and short. */
  readonly text: (item: T) => string;
  /** For programs: exact. Default: the same. */
  readonly exact?: (item: T) => string | number;
  readonly color?: (colors: Colors) => (text: string) => string;
}

export interface ListRequest<T> {
  readonly columns: readonly Column<T>[];
  /** What `--quiet` prints of an item. */
  readonly id: (item: T) => string;
  /** What `--json` prints of an item. */
  readonly json: (item: T) => object;
}

/** How many items a person is shown unless all are asked for. */
export const shownItems = 50;

/**
 * Prints a list in the form that was asked for: a table that fits the terminal; in a pipe lines of exact values with tabs
 * between them and no heading; ids; or JSON, one item a line.
 */
export async function printList<T>(
  output: Output,
  items: Iterable<T> | AsyncIterable<T>,
  { columns, id, json }: ListRequest<T>,
): Promise<void> {
  if (output.format === 'json') return printJson(output, items, json);
  if (output.isQuiet) {
    for await (const item of items) await output.write(`${oneLine(id(item))}\n`);
    return;
  }
  if (!output.isTerminal) {
    for await (const item of items) {
      const cells = columns.map(({ text, exact = text }) => oneLine(String(exact(item))));
      await output.write(`${cells.join('\t')}\n`);
    }
    return;
  }
  const rows: string[][] = [];
  for await (const item of items) rows.push(columns.map(({ text }) => oneLine(text(item))));
  if (rows.length === 0) return;
  const { layOutTable } = await import('./table.js');
  const { colors, width } = output;
  const lines = layOutTable(columns, rows, width, (text, row, at) => {
    if (row === -1) return colors.dim(text);
    return columns[at]?.color?.(colors)(text) ?? text;
  });
  await output.write(`${lines.join('\n')}\n`);
}

async function printJson<T>(
  output: Output,
  items: Iterable<T> | AsyncIterable<T>,
  json: (item: T) => object,
): Promise<void> {
  let lead = '[\n';
  for await (const item of items) {
    await output.write(lead + JSON.stringify(pickFields(json(item), output.fields)));
    lead = ',\n';
  }
  await output.write(lead === '[\n' ? '[]\n' : '\n]\n');
}

/** Prints one result as JSON. */
export async function printRecord(output: Output, record: object): Promise<void> {
  await output.write(`${JSON.stringify(pickFields(record, output.fields), null, 2)}\n`);
}

/** In lists a text takes one line, without tabs and anything that steers a terminal. */
function oneLine(text: string): string {
  return printable(text);
}
