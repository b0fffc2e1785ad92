import { CairnError, type ObjectStore, readAll } from '@cairn/core';
import { memoryObjectStore } from '@cairn/core/memory';
import { endLength, footerBytes, rawDigest, readTable } from '../src/packs/pack-format.js';

/** A bucket in memory, and what was asked of it. */
export interface WatchedBucket {
  readonly objects: ObjectStore;
  /** What was called, with the key. */
  readonly calls: string[];
  /** What so many of the next calls of a method fail with. */
  fail(method: 'put' | 'open' | 'delete', times: number, when?: 'before' | 'after'): void;
  /** Called before an object is written. */
  onPut: (() => Promise<unknown>) | undefined;
  packs(): Promise<string[]>;
}

export function watchedBucket(): WatchedBucket {
  const inner = memoryObjectStore();
  const calls: string[] = [];
  const failures = new Map<string, { times: number; when: 'before' | 'after' }>();
  const mayFail = (method: string, when: 'before' | 'after') => {
    const failure = failures.get(method);
    if (failure === undefined || failure.times === 0 || failure.when !== when) return;
    failure.times--;
    throw new CairnError('unavailable', `the bucket says 503 to ${method}`, { hint: 'Repeat the call.' });
  };
  const objects: ObjectStore = {
    ...inner,
    async put(key, body, options) {
      calls.push(`put ${key}`);
      await bucket.onPut?.();
      mayFail('put', 'before');
      const info = await inner.put(key, body, options);
      mayFail('put', 'after');
      return info;
    },
    async *open(key, options) {
      calls.push(`open ${key}`);
      mayFail('open', 'before');
      yield* inner.open(key, options);
    },
    async delete(keys, options) {
      calls.push('delete');
      mayFail('delete', 'before');
      await inner.delete(keys, options);
    },
  };
  const bucket: WatchedBucket = {
    objects,
    calls,
    onPut: undefined,
    fail: (method, times, when = 'before') => void failures.set(method, { times, when }),
    async packs() {
      const keys: string[] = [];
      for await (const { key } of inner.list('packs/')) keys.push(key);
      return keys;
    },
  };
  return bucket;
}

/** Changes a byte in the middle of each copy of a record. */
export async function damageInBucket(objects: ObjectStore, digest: string): Promise<void> {
  const raw = rawDigest(digest);
  const keys: string[] = [];
  for await (const { key } of objects.list('packs/')) keys.push(key);
  for (const key of keys) {
    const bytes = Buffer.from(await readAll(objects.open(key)));
    const end = bytes.subarray(-(endLength(bytes.subarray(-footerBytes)) as number));
    const records = [...readTable(end)].filter((record) => raw.equals(record.digest));
    for (const { start, length } of records) {
      const at = start + (length >> 1);
      bytes[at] = (bytes[at] as number) ^ 1;
    }
    if (records.length > 0) await objects.put(key, bytes);
  }
}
