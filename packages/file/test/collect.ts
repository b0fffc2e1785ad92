import { type AnyIterable, readAll } from '@cairn/core';

export async function collect<T>(items: AnyIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.from(await readAll(chunks)).toString();
}
