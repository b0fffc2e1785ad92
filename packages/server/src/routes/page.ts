import { maxPageBytes, maxPageItems, type Page } from '@cairn/remote/protocol';

export interface PageRequest<T> {
  /** Default: as many as a page holds. */
  readonly limit?: number | undefined;
  /** Default: everything. */
  sees?(item: NoInfer<T>): boolean;
  /** What to go on behind. */
  idOf(item: T): string;
}

/** The first items of a list, as many as fit into a page. */
export async function pageFrom<T>(list: AsyncIterable<T>, request: PageRequest<T>): Promise<Page<T>> {
  const { limit = maxPageItems, sees = () => true, idOf } = request;
  const most = Math.min(limit, maxPageItems);
  const items: T[] = [];
  if (most === 0) return { items };
  let bytes = 0;
  for await (const item of list) {
    if (!sees(item)) continue;
    items.push(item);
    bytes += JSON.stringify(item).length;
    if (items.length >= most || bytes >= maxPageBytes) return { items, next: idOf(item) };
  }
  return { items };
}
