import { expect, test } from 'vitest';
import { checkReference } from './check-reference.js';
import type { Digest } from './digest.js';
import type { ReferenceEntry } from './entry.js';
import { CairnError } from './errors.js';
import { memoryHandler } from './memory/index.js';
import type { StorageHandler } from './seams/storage-handler.js';

const uri = 'memory:a.txt';

async function recorded(handler: StorageHandler): Promise<ReferenceEntry> {
  for await (const { path, digest, size } of handler.observe(uri)) {
    return { kind: 'reference', path, uri, digest, ...(size === undefined ? {} : { size }) };
  }
  throw new Error('nothing is there');
}

/** A handler that leaves verifying to core. */
function withoutVerify() {
  const memory = memoryHandler();
  memory.put('a.txt', new TextEncoder().encode('one'));
  const { verify: _, ...handler } = memory as StorageHandler;
  return { memory, handler: handler as StorageHandler };
}

test('a handler that can verify is asked', async () => {
  const { memory } = withoutVerify();
  const entry = await recorded(memory);
  const verify = async () => 'unverifiable' as const;
  expect(await checkReference({ ...memory, verify }, entry, {})).toBe('unverifiable');
});

test('an object is observed again and compared', async () => {
  const { memory, handler } = withoutVerify();
  const entry = await recorded(handler);
  expect(await checkReference(handler, entry, {})).toBe('match');
  memory.put('a.txt', new TextEncoder().encode('two'));
  expect(await checkReference(handler, entry, {})).toBe('changed');
  memory.delete('a.txt');
  expect(await checkReference(handler, entry, {})).toBe('missing');
});

test('nothing is asked about what is foreign, or was recorded without a digest', async () => {
  const { handler } = withoutVerify();
  const entry = await recorded(handler);
  const silent: StorageHandler = {
    ...handler,
    observe: () => {
      throw new Error('it was asked');
    },
  };
  const bare: ReferenceEntry = { ...entry, digest: `uri:${uri}` as Digest };
  expect(await checkReference(silent, entry, { foreign: true })).toBe('unverifiable');
  expect(await checkReference(silent, bare, {})).toBe('unverifiable');
});

test('other failures are passed on', async () => {
  const { handler } = withoutVerify();
  const entry = await recorded(handler);
  const failing: StorageHandler = {
    ...handler,
    // biome-ignore lint/correctness/useYield: it fails before there is anything to yield
    async *observe() {
      throw new CairnError('forbidden', 'no');
    },
  };
  await expect(checkReference(failing, entry, {})).rejects.toMatchObject({ code: 'forbidden' });
});
