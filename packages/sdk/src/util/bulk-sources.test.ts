import { existsSync, writeFileSync } from 'node:fs';
import { readAll, type Source } from '@cairn/core';
import { expect, test } from 'vitest';
import { testFolder } from '../../test/support/folder.js';
import { bulkSources, type Reading } from './bulk-sources.js';
import { maxSmall } from './small-files.js';

testFolder();

/** Items are texts that are their own contents; what was read is noted. */
function reading(
  inBulk: boolean,
): Reading<string> & { readonly opened: string[]; readonly files: string[][] } {
  const [opened, files]: [string[], string[][]] = [[], []];
  return {
    ...{ inBulk, opened, files },
    sizeOf: (text) => (text === 'unknown' ? undefined : text.length),
    async *open(text) {
      opened.push(text);
      yield Buffer.from(text);
    },
    async *copyTo(batch) {
      files.push(batch.map(({ to }) => to));
      for (const { item, to } of batch) {
        writeFileSync(to, item);
        yield to;
      }
    },
  };
}

async function textOf(source: Source): Promise<string> {
  if (source.kind === 'bytes') return Buffer.from(source.bytes).toString();
  return source.kind === 'stream' ? Buffer.from(await readAll(source.open())).toString() : source.path;
}

test('what is near is read one by one, when its turn comes', async () => {
  const near = reading(false);
  for await (const { item, source } of bulkSources(['a', 'b'], near)) {
    expect(near.opened).not.toContain(item);
    expect(await textOf(source)).toBe(item);
  }
  expect(near.files).toEqual([]);
});

test('what is far is read many at a time, but for what is large or of unknown size, and leaves no files', async () => {
  const far = reading(true);
  const large = 'x'.repeat(maxSmall + 1);
  const small = Array.from({ length: 2100 }, (_, i) => `${i}`);
  const found: string[] = [];
  for await (const { item, source } of bulkSources([...small, large, 'unknown'], far)) {
    expect(await textOf(source)).toBe(item);
    found.push(item);
  }
  expect(found.sort()).toEqual([...small, large, 'unknown'].sort());
  expect(far.opened.sort()).toEqual(['unknown', large]);
  expect(far.files.map(({ length }) => length)).toEqual([2000, 100]);
  expect(far.files.flat().filter((path) => existsSync(path))).toEqual([]);
});

test('a batch has not more bytes than fit into memory', async () => {
  const far = reading(true);
  const items = Array.from({ length: 100 }, () => 'x'.repeat(maxSmall));
  for await (const _ of bulkSources(items, far));
  expect(far.files.map(({ length }) => length)).toEqual([64, 36]);
});

test('who takes no more leaves no files', async () => {
  const far = reading(true);
  for await (const _ of bulkSources(['a', 'b'], far)) break;
  expect(far.files.flat().filter((path) => existsSync(path))).toEqual([]);
});
