import { describe, expect, it } from 'vitest';
import { CairnError } from '../errors.js';
import { memoryBlobStore } from './blob-store.js';

describe('memoryBlobStore without a file system', () => {
  const store = memoryBlobStore();

  it('refuses a source that is a path', async () => {
    const iterator = store.put([{ kind: 'path', path: '/data.csv' }])[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toSatisfy((error) => CairnError.is(error, 'not_found'));
  });

  it('refuses to make files', async () => {
    const file = { digest: `blake3:${'0'.repeat(64)}`, path: '/data.csv' } as const;
    const iterator = store.copyTo([file])[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toSatisfy((error) => CairnError.is(error, 'storage_readonly'));
  });
});
