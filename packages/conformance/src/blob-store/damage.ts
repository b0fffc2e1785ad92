import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type ContentDigest } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { expectBytes, freshBytes, withFolder } from '../helpers.js';
import { readFileBytes } from '../local-files.js';
import { type BlobStoreCase, type BlobStoreFixture, putBytes, read } from './fixture.js';

async function putDamaged({ blobs, damage }: BlobStoreFixture, bytes: Uint8Array): Promise<ContentDigest> {
  const { digest } = await putBytes(blobs, bytes);
  await damage?.(digest);
  return digest;
}

export const damage: readonly BlobStoreCase[] = [
  {
    name: 'finds a damaged blob when it is read',
    requires: ['damage'],
    async run(fixture) {
      const digest = await putDamaged(fixture, freshBytes(100_000));
      await expectCairnError(fixture.blobs.open(digest), 'integrity_mismatch');
    },
  },
  {
    name: 'never gives wrong bytes of a part without an error',
    requires: ['damage'],
    async run(fixture) {
      const bytes = freshBytes(1000);
      const digest = await putDamaged(fixture, bytes);
      for (let start = 0; start < bytes.length; start += 100) {
        const range = { start, end: start + 100 };
        try {
          expectBytes(await read(fixture.blobs, digest, range), bytes.subarray(range.start, range.end));
        } catch (error) {
          if (!CairnError.is(error, 'integrity_mismatch')) throw error;
        }
      }
    },
  },
  {
    name: 'repairs a damaged blob when its bytes are put again',
    requires: ['damage'],
    async run(fixture) {
      const bytes = freshBytes(100_000);
      const digest = await putDamaged(fixture, bytes);
      await putBytes(fixture.blobs, bytes);
      expectBytes(await read(fixture.blobs, digest), bytes);
    },
  },
  {
    name: 'reads the other blobs beside a damaged one',
    requires: ['damage'],
    async run(fixture) {
      const bytes = freshBytes(100_000);
      const { digest } = await putBytes(fixture.blobs, bytes);
      const damaged = await putDamaged(fixture, freshBytes(100_000));
      await expectCairnError(fixture.blobs.open(damaged), 'integrity_mismatch');
      expectBytes(await read(fixture.blobs, digest), bytes);
    },
  },
  {
    name: 'makes no file of a damaged blob',
    requires: ['damage', 'paths'],
    async run(fixture) {
      const digest = await putDamaged(fixture, freshBytes(100_000));
      await withFolder(async (folder) => {
        const path = join(folder, 'model.bin');
        await writeFile(path, 'what was there');
        await expectCairnError(fixture.blobs.copyTo([{ digest, path }]), 'integrity_mismatch');
        expect(new TextDecoder().decode(await readFileBytes(path))).toBe('what was there');
      });
    },
  },
];
