import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../open-store.js';

/* What survives a power cut depends on the order of some calls, which no test of the outcome could see. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-order-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The real file system, which notes the calls that make something durable or visible. */
function noting(notes: string[]): FileSystem {
  const show = (path: unknown) => {
    const inside = relative(folder, String(path));
    return inside.startsWith('tmp/') ? 'a temporary file' : inside.replace(/[0-9a-f]{62}$/, '…');
  };
  return {
    ...nodeFileSystem,
    async open(...args) {
      const handle = await nodeFileSystem.open(...args);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        await sync();
        notes.push(`sync ${show(args[0])}`);
      };
      return handle;
    },
    async link(from, to) {
      await nodeFileSystem.link(from, to);
      notes.push(`name ${show(from)} ${show(to)}`);
    },
    async rename(from, to) {
      await nodeFileSystem.rename(from, to);
      notes.push(`name ${show(from)} ${show(to)}`);
    },
  };
}

it('makes bytes durable before their name, and their name before the put ends, also of a blob that was there', async () => {
  const notes: string[] = [];
  const store = await openStore(folder, { fs: noting(notes) });
  const put = async () => {
    notes.length = 0;
    const sources = [{ kind: 'bytes' as const, bytes: new TextEncoder().encode('hi') }];
    for await (const { digest } of store.blobs.put(sources)) {
      notes.push('result');
      expect(basename(digest)).toMatch(/^blake3:85/);
    }
    return notes;
  };
  const folders = ['sync blobs', 'sync blobs/blake3', 'sync blobs/blake3/85'];
  const first = await put();
  expect(first.slice(0, 3)).toEqual([
    'sync a temporary file',
    'name a temporary file blobs/blake3/85/…',
    'result',
  ]);
  expect(first.slice(3).sort()).toEqual(folders);
  // Another process may have given it its name a moment ago, and not have come to the folder yet.
  const second = await put();
  expect(second[0]).toBe('result');
  expect(second.slice(1).sort()).toEqual(folders);
  await store.close();
});
