import { CairnError, type CallOptions, type PartOptions } from '@cairn/core';
import type * as v from 'valibot';
import type { Connection } from '../http/connection.js';
import { maxPageItems, maxQueryBytes, type Page, pageOf, type Route } from '../protocol/index.js';

interface Part {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** A list by a query, page by page, each when it is wanted. */
export function queryPages<T>(
  connection: Connection,
  route: Route,
  query: Part,
  item: v.GenericSchema<unknown, T>,
  { signal }: CallOptions = {},
): AsyncIterable<T> {
  const schema = pageOf(item);
  return readPages(query, (part) => {
    const q = JSON.stringify({ ...query, ...part });
    if (Buffer.byteLength(q) > maxQueryBytes) throw tooLong();
    return connection.askJson({ route, params: { q }, signal }, schema);
  });
}

/** Where a list of what is next to a run or a version is found. */
export interface Edges {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
  readonly direction: 'input' | 'output';
}

export function edgePages<T>(
  connection: Connection,
  { route, path, direction }: Edges,
  item: v.GenericSchema<unknown, T>,
  { signal, ...all }: PartOptions = {},
): AsyncIterable<T> {
  const schema = pageOf(item);
  return readPages(all, ({ after, limit }) =>
    connection.askJson({ route, path, params: { direction, after, limit: String(limit) }, signal }, schema),
  );
}

/** A list whose query is the parameters of a route. */
export function paramPages<T>(
  connection: Connection,
  { route, params }: { readonly route: Route; readonly params: Readonly<Record<string, string | undefined>> },
  item: v.GenericSchema<unknown, T>,
  { signal, ...all }: PartOptions = {},
): AsyncIterable<T> {
  const schema = pageOf(item);
  return readPages(all, ({ after, limit }) =>
    connection.askJson({ route, params: { ...params, after, limit: String(limit) }, signal }, schema),
  );
}

async function* readPages<T>(
  { after: start, limit = Number.POSITIVE_INFINITY }: Part,
  read: (part: Part & { readonly limit: number }) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let after = start;
  for (let left = Math.floor(limit); left > 0; ) {
    const { items, next } = await read({ after, limit: Math.min(left, maxPageItems) });
    yield* items;
    // A page without items that leads to another one is what a key gets that may read little.
    if (next === undefined) return;
    left -= items.length;
    after = next;
  }
}

function tooLong(): CairnError {
  return new CairnError('name_invalid', `the query has more than ${maxQueryBytes} bytes as JSON`, {
    hint: 'Ask for less, and leave out of the answers what you do not want.',
  });
}
