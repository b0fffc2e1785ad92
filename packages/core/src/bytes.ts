/** What every asynchronous call of Cairn takes as the end of its options. */
export interface CallOptions {
  /** Ends the call early: it rejects with the signal's reason, and nothing half-done becomes visible. */
  readonly signal?: AbortSignal | undefined;
}

/** A part of some bytes, in the manner of `slice`: from `start` up to but not including `end` (default: the end). */
export interface ByteRange {
  readonly start: number;
  readonly end?: number | undefined;
}

/** Something to iterate, at once or as it comes. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** Joins chunks into one array. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const only = chunks.length === 1 ? chunks[0] : undefined;
  if (only !== undefined) return only;
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** Reads everything into memory; for small things such as manifest leaves. */
export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return concatBytes(all);
}
