import { expect } from 'vitest';
import { freshBytes } from '../helpers.js';
import { type BlobStoreCase, putBytes } from './fixture.js';

export const basis: readonly BlobStoreCase[] = [
  {
    name: 'keeps its basis as long as nothing goes away',
    async run({ blobs }) {
      const before = await blobs.basis();
      await putBytes(blobs, freshBytes(1000));
      expect(await blobs.basis()).toBe(before);
    },
  },
  {
    name: 'gives no basis to a call that was aborted',
    async run({ blobs }) {
      await expect(blobs.basis({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    },
  },
];
