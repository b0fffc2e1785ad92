import { type AnyIterable, type Observation, type ReferenceEntry, readAll } from '@cairn/core';

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export async function collect<T>(items: AnyIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Everything, as text; a byte order mark is kept. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readAll(chunks));
}

/** A stream whose producer uses one buffer again and again. */
export async function* reusing(content: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < content.length; at += size) {
    const length = Math.min(size, content.length - at);
    buffer.set(content.subarray(at, at + length));
    yield buffer.subarray(0, length);
  }
}

/** What an artifact would keep of an observation. */
export function entryOf(observation: Observation): ReferenceEntry {
  return { ...observation, kind: 'reference' };
}

/** The entry of the only object that is observed. */
export async function onlyEntry(observations: AsyncIterable<Observation>): Promise<ReferenceEntry> {
  const [first, second] = await collect(observations);
  if (first === undefined || second !== undefined) throw new Error('there is not just one object');
  return entryOf(first);
}
