import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import {
  createHandlerRegistry,
  defaultStoragePolicy,
  type ReferenceEntry,
  type StoragePolicy,
} from '@cairn/core';
import { memoryStore } from '@cairn/core/memory';
import { expect, it } from 'vitest';
import { fileHandler, referenceTrust } from '../src/index.js';
import { collect, text } from './collect.js';
import { tempFolder } from './temp-folder.js';

/** The policy of a user, whose secret is in `stateDir`. */
function policyOf(stateDir: string, allow: string[] = []): StoragePolicy {
  return defaultStoragePolicy.create({
    blobs: memoryStore().blobs,
    handlers: createHandlerRegistry([fileHandler({ allow })]),
    trust: referenceTrust({ stateDir }),
    config: {},
  });
}

it.each([true, false])(
  'opens what this user recorded, and to others only what they allow (checksum: %s)',
  async (checksum) => {
    const [mine, other, data] = [await tempFolder(), await tempFolder(), await tempFolder()];
    await writeFile(join(data, 'a.txt'), 'hello');
    const written = checksum ? data : join(data, 'a.txt');
    const [entry] = await collect(policyOf(mine).storeReference(written, { checksum }));
    const recorded = entry as ReferenceEntry;
    expect(recorded).toMatchObject({
      path: 'a.txt',
      uri: `file://${data}/a.txt`,
      extra: { mark: expect.any(String) },
    });
    expect(await text(policyOf(mine).loadReference(recorded))).toBe('hello');
    await expectCairnError(policyOf(other).loadReference(recorded), 'scheme_refused');
    expect(await text(policyOf(other, [data]).loadReference(recorded))).toBe('hello');

    await writeFile(join(mine, 'private'), 'secret');
    const forged = { ...recorded, uri: `file://${mine}/private` };
    await expectCairnError(policyOf(mine).loadReference(forged), 'scheme_refused');
  },
);
