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
  /** What to say to a person instead of nothing: that there is none, and how to get one. */
  readonly empty?: string;
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
  { columns, id, json, empty }: ListRequest<T>,
): Promise<void> {
  if (output.format === 'json') return printJson(output, items, json);
  if (output.isQuiet) {
    await printLines(output, items, (item) => `${printable(id(item))}\n`);
    return;
  }
  if (!output.isTerminal) {
    const count = await printLines(output, items, (item) => {
      const cells = columns.map(({ text, exact = text }) => printable(String(exact(item))));
      return `${cells.join('\t')}\n`;
    });
    if (count === 0 && empty !== undefined) output.talk(empty);
    return;
  }
  const rows: string[][] = [];
  for await (const item of items) rows.push(columns.map(({ text }) => printable(text(item))));
  if (rows.length === 0) {
    if (empty !== undefined) output.talk(empty);
    return;
  }
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
  let isFirst = true;
  await printLines(output, items, (item) => {
    const lead = isFirst ? '[\n' : ',\n';
    isFirst = false;
    return lead + JSON.stringify(pickFields(json(item), output.fields));
  });
  await output.write(isFirst ? '[]\n' : '\n]\n');
}

/** So much is written at once, in characters: a call for each line would cost more than the line. */
const atOnce = 8192;

/** @returns How many there were. */
async function printLines<T>(
  output: Output,
  items: Iterable<T> | AsyncIterable<T>,
  lineOf: (item: T) => string,
): Promise<number> {
  let count = 0;
  let waiting = '';
  for await (const item of items) {
    count++;
    waiting += lineOf(item);
    if (waiting.length < atOnce) continue;
    await output.write(waiting);
    waiting = '';
  }
  if (waiting !== '') await output.write(waiting);
  return count;
}

/** Prints one result as JSON. */
export async function printRecord(output: Output, record: object): Promise<void> {
  await output.write(`${JSON.stringify(pickFields(record, output.fields), null, 2)}\n`);
}
