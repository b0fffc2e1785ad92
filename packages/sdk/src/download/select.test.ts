import type { Entry } from '@cairn/core';
import { expect, it } from 'vitest';
import { held } from './select.js';

/** So many entries, and how often somebody began to read them. */
function entriesOf(count: number) {
  const entry: Entry = { kind: 'file', path: 'a', digest: `blake3:${'0'.repeat(64)}`, size: 1 };
  const read = { times: 0 };
  async function* batches() {
    read.times++;
    for (let left = count; left > 0; left -= 1000) yield new Array<Entry>(Math.min(left, 1000)).fill(entry);
  }
  return { read, selection: held({ folder: '', batches }) };
}

async function count({ selection }: ReturnType<typeof entriesOf>): Promise<number> {
  let entries = 0;
  for await (const batch of selection.batches()) entries += batch.length;
  return entries;
}

it('entries are read once where they are few, and each time where they are many', async () => {
  for (const [total, times] of [
    [2500, 1],
    [2 ** 17, 1],
    [2 ** 17 + 1, 2],
  ] as const) {
    const entries = entriesOf(total);
    expect(await count(entries)).toBe(total);
    expect(await count(entries)).toBe(total);
    expect(entries.read.times).toBe(times);
  }
});

it('entries of which not all were read are read again', async () => {
  const entries = entriesOf(2500);
  for await (const _ of entries.selection.batches()) break;
  expect(await count(entries)).toBe(2500);
  expect(entries.read.times).toBe(2);
});
