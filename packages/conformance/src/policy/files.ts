import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isContentDigest, readAll } from '@cairn/core';
import { expect } from 'vitest';
import { badInputs, expandInput } from '../bad-inputs.js';
import { expectCairnError, failureOf } from '../expect-cairn-error.js';
import {
  chunked,
  collect,
  expectAborted,
  expectBytes,
  expectStream,
  freshBytes,
  utf8,
  withFolder,
} from '../helpers.js';
import { stampOf } from '../local-files.js';
import { backwards, bytesAt, freshBlobs, makeWorld, type StoragePolicyCase, storeOne } from './fixture.js';

/** The texts of the corpus that come in as paths of entries. */
function pathsOf(outcome: 'reject' | 'accept'): string[] {
  return badInputs('commit')
    .filter((input) => input.outcome === outcome)
    .flatMap(({ input }) => expandInput(input))
    .filter((value) => typeof value === 'string');
}

export const files: readonly StoragePolicyCase[] = [
  {
    name: 'stores files, and opens them again',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      for (const bytes of [new Uint8Array(), freshBytes(1), freshBytes(3_000_000)]) {
        const { entry, created } = await storeOne(policy, 'a/b.bin', bytes);
        expect(entry).toMatchObject({ kind: 'file', path: 'a/b.bin', size: bytes.length });
        expect([isContentDigest(entry.digest), created]).toEqual([true, true]);
        await expectStream(policy.openFile(entry), bytes);
      }
    },
  },
  {
    name: 'opens a part of a file, in the manner of slice',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      const bytes = freshBytes(200_000);
      const { entry } = await storeOne(policy, 'a.bin', bytes);
      for (const [start, end] of [
        [0, 10],
        [65_535, 65_537],
        [199_990, 500_000],
        [300_000, undefined],
      ] as const) {
        await expectStream(policy.openFile(entry, { range: { start, end } }), bytes.subarray(start, end));
      }
    },
  },
  {
    name: 'stores bytes, streams and files of this machine',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      await withFolder(async (folder) => {
        const path = join(folder, 'local');
        await writeFile(path, 'from a path');
        const stored = await collect(
          policy.storeFiles([
            bytesAt('bytes', utf8('from bytes')),
            { path: 'stream', source: { kind: 'stream', open: () => chunked(utf8('from a stream'), 3) } },
            { path: 'path', source: { kind: 'path', path, stamp: await stampOf(path) } },
          ]),
        );
        const texts = await Promise.all(
          stored.map(async ({ entry }) => [
            entry.path,
            new TextDecoder().decode(await readAll(policy.openFile(entry))),
          ]),
        );
        expect(Object.fromEntries(texts)).toEqual({
          bytes: 'from bytes',
          stream: 'from a stream',
          path: 'from a path',
        });
      });
    },
  },
  {
    name: 'says whether the bytes were stored already',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      const bytes = freshBytes(1000);
      expect((await storeOne(policy, 'a', bytes)).created).toBe(true);
      expect((await storeOne(policy, 'b', bytes)).created).toBe(false);
    },
  },
  {
    name: 'gives every file its own digest, in whatever order the store is done',
    async run(fixture) {
      const { policy } = makeWorld(fixture, { blobs: backwards(freshBlobs()) });
      const wanted = Array.from({ length: 300 }, (_, n) => bytesAt(`files/${n}`, new Uint8Array(n)));
      const stored = await collect(policy.storeFiles(wanted));
      expect(stored.length).toBe(300);
      for (const { entry } of stored) expect(entry.path).toBe(`files/${entry.size}`);
    },
  },
  {
    name: 'takes files as they come, and none at all',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      async function* later() {
        yield bytesAt('a', utf8('a'));
        yield bytesAt('b', utf8('b'));
      }
      expect((await collect(policy.storeFiles(later()))).length).toBe(2);
      expect(await collect(policy.storeFiles([]))).toEqual([]);
    },
  },
  {
    name: 'refuses paths that can be none',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      for (const path of pathsOf('reject')) {
        const files = [bytesAt('ok', utf8('ok')), bytesAt(path, utf8('bad'))];
        await expectCairnError(policy.storeFiles(files), 'path_invalid');
      }
    },
  },
  {
    name: 'keeps paths that only look odd',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      for (const path of pathsOf('accept')) {
        expect((await storeOne(policy, path, utf8(path))).entry.path).toBe(path);
      }
    },
  },
  {
    name: 'fails as the store does',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      const boom = new Error('the stream broke');
      const open = async function* () {
        yield utf8('half');
        throw boom;
      };
      const error = await failureOf(policy.storeFiles([{ path: 'a', source: { kind: 'stream', open } }]));
      expect([error, (error as Error).cause]).toContain(boom);
      const gone = { path: 'a', source: { kind: 'path', path: '/no/such/file' } } as const;
      await expectCairnError(policy.storeFiles([gone]), 'not_found');
    },
  },
  {
    name: 'stores and loads nothing when aborted before',
    async run(fixture) {
      const { policy, blobs } = makeWorld(fixture);
      const { entry } = await storeOne(policy, 'a', utf8('a'));
      const late = utf8('late');
      await expectAborted((signal) => policy.storeFiles([bytesAt('late', late)], { signal }));
      await expectAborted((signal) => policy.openFile(entry, { signal }));
      await expectAborted((signal) => policy.loadFiles([{ entry, to: '/no/such/folder/a' }], { signal }));
      expect((await storeOne(makeWorld(fixture, { blobs }).policy, 'late', late)).created).toBe(true);
    },
  },
  {
    name: 'makes local files, and leaves those alone that are right',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      await withFolder(async (folder) => {
        const { entry } = await storeOne(policy, 'deep/in/a.bin', freshBytes(1000));
        const file = { entry, to: join(folder, 'a.bin') };
        expect(await collect(policy.loadFiles([file]))).toEqual([{ entry, written: true }]);
        expectBytes(new Uint8Array(await readFile(file.to)), await readAll(policy.openFile(entry)));
        expect(await collect(policy.loadFiles([file]))).toEqual([{ entry, written: false }]);
      });
    },
  },
  {
    name: 'answers for each local file, in whatever order the store is done',
    async run(fixture) {
      const { policy } = makeWorld(fixture, { blobs: backwards(freshBlobs()) });
      await withFolder(async (folder) => {
        const wanted = Array.from({ length: 50 }, (_, n) => bytesAt(`${n}`, new Uint8Array(n)));
        const stored = await collect(policy.storeFiles(wanted));
        const right = stored.find(({ entry }) => entry.path === '7');
        await writeFile(join(folder, '7'), new Uint8Array(right?.entry.size ?? 0));
        const toLoad = stored.map(({ entry }) => ({ entry, to: join(folder, entry.path) }));
        const loaded = await collect(policy.loadFiles(toLoad));
        expect(loaded.length).toBe(50);
        expect(loaded.filter(({ written }) => !written).map(({ entry }) => entry.path)).toEqual(['7']);
      });
    },
  },
  {
    name: 'finds no file that was not stored',
    async run(fixture) {
      const { entry } = await storeOne(makeWorld(fixture).policy, 'a', freshBytes(100));
      const { policy } = makeWorld(fixture);
      await expectCairnError(policy.openFile(entry), 'not_found');
      await withFolder(async (folder) => {
        await expectCairnError(policy.loadFiles([{ entry, to: join(folder, 'a') }]), 'not_found');
      });
    },
  },
  {
    name: 'can be made again from its name and config',
    async run(fixture) {
      const { policy, blobs } = makeWorld(fixture);
      const bytes = freshBytes(1000);
      const { entry } = await storeOne(policy, 'a', bytes);
      const config = JSON.parse(JSON.stringify(policy.config()));
      const again = makeWorld(fixture, { blobs, config }).policy;
      expect([again.name, again.config()]).toEqual([policy.name, config]);
      expect(again.name).toBe(fixture.factory.name);
      await expectStream(again.openFile(entry), bytes);
    },
  },
  {
    name: 'refuses a config that it does not understand',
    async run(fixture) {
      const config = { 'a setting that nobody has': true };
      const make = async () => makeWorld(fixture, { config });
      await expectCairnError(make(), 'unsupported_format');
    },
  },
];
