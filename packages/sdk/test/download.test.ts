import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { badInputs, expandInput } from '@cairn/conformance';
import type { ContentDigest, StorageHandler, Store } from '@cairn/core';
import { memoryHandler } from '@cairn/core/memory';
import { fileHandler } from '@cairn/file';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  Api,
  Artifact,
  type LoggedVersion,
  type ProgressEvent,
  type Version,
  withRun,
} from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { log } from './support/versions.js';

const folder = testFolder();
let store: Store;
let root: string;

beforeEach(() => {
  store = memoryStoreWithFiles();
  root = folder.join('out');
});

async function versionOf(files: Record<string, string>): Promise<LoggedVersion> {
  const artifact = new Artifact('a');
  for (const [path, text] of Object.entries(files)) await artifact.newFile(path, text);
  return log(store, artifact);
}

/** All files below a folder and their texts; links as where they lead. */
function tree(path = root, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const item of readdirSync(path, { withFileTypes: true })) {
    const name = prefix + item.name;
    if (item.isDirectory()) Object.assign(found, tree(`${path}/${item.name}`, `${name}/`));
    else found[name] = item.isSymbolicLink() ? 'a link' : readFileSync(`${path}/${item.name}`, 'utf8');
  }
  return found;
}

/** Paths of the corpus that must not become files. */
const downloads = badInputs('download').flatMap(({ id, outcome, input }) =>
  outcome !== 'reject'
    ? []
    : expandInput(input).flatMap((path) => (typeof path === 'string' ? [{ id, path }] : [])),
);

const files = { 'a.txt': 'a', 'deep/er/b.txt': 'b', 'deep/c.txt': 'c', empty: '' };

describe('download', () => {
  test('makes the files, and a second one transfers nothing', async () => {
    const version = await versionOf(files);
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => void events.push(event);
    expect(await version.download({ root, onProgress })).toBe(root);
    expect(tree()).toEqual(files);
    expect(events.at(-1)).toMatchObject({ phase: 'download', loaded: 3, total: 3, reused: 0, done: true });
    // Not the time of the last access: it may be read.
    const look = () => ({ ...statSync(`${root}/a.txt`), atimeMs: 0, atime: 0 });
    const before = look();
    await version.download({ root, onProgress });
    expect(events.at(-1)).toMatchObject({ loaded: 3, reused: 3, files: { done: 4, total: 4 }, done: true });
    expect(look()).toEqual(before);
  });

  test('restores what was changed or removed, and leaves strangers alone', async () => {
    const version = await versionOf(files);
    await version.download({ root });
    writeFileSync(`${root}/a.txt`, 'b');
    rmSync(`${root}/deep/er`, { recursive: true });
    writeFileSync(`${root}/deep/mine`, 'mine');
    await version.download({ root });
    expect(tree()).toEqual({ ...files, 'deep/mine': 'mine' });
  });

  test('with exact: true mirrors the version', async () => {
    const version = await versionOf(files);
    await version.download({ root });
    folder.write({ 'out/mine': 'x', 'out/deep/mine/too': 'x', 'outside/kept': 'kept' });
    mkdirSync(`${root}/hollow`);
    symlinkSync(folder.join('outside'), `${root}/link`);
    rmSync(`${root}/deep/er`, { recursive: true });
    symlinkSync(folder.join('outside'), `${root}/deep/er`);
    rmSync(`${root}/empty`);
    mkdirSync(`${root}/empty/in/the/way`, { recursive: true });
    await version.download({ root, exact: true });
    expect(tree()).toEqual(files);
    expect(existsSync(`${root}/hollow`)).toBe(false);
    expect(tree(folder.join('outside'))).toEqual({ kept: 'kept' });
  });

  test('with exact: true follows no link to what is strange, at any depth', async () => {
    const version = await versionOf({ 'a-b': '1', 'a/b/c/x': '2', 'a/b-': '3', a0: '4' });
    folder.write({
      'outside/c/mine': 'kept',
      'outside/mine': 'kept',
      'out/a/b/mine': 'x',
      'out/a/mine': 'x',
    });
    await version.download({ root, exact: true });
    expect(tree()).toEqual({ 'a-b': '1', 'a/b/c/x': '2', 'a/b-': '3', a0: '4' });
    rmSync(`${root}/a/b`, { recursive: true });
    symlinkSync(folder.join('outside'), `${root}/a/b`);
    expect(await version.verify(root)).toMatchObject({ stranger: ['a/b'] });
    await version.download({ root, exact: true });
    expect(tree()).toEqual({ 'a-b': '1', 'a/b/c/x': '2', 'a/b-': '3', a0: '4' });
    expect(tree(folder.join('outside'))).toEqual({ 'c/mine': 'kept', mine: 'kept' });
  });

  test('of entries in several leaves makes and knows all of them', async () => {
    const many = await versionOf(
      Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${i % 7}/${i}`, `${i}`])),
    );
    await many.download({ root });
    expect(Object.keys(tree())).toHaveLength(3000);
    folder.write({ 'out/3/4': 'x', 'out/3/5': 'x' });
    expect(await many.verify(root)).toMatchObject({ ok: { length: 3000 }, stranger: ['3/4', '3/5'] });
    rmSync(`${root}/6`, { recursive: true });
    await many.download({ root, path: '6' });
    expect(readdirSync(`${root}/6`)).toHaveLength(428);
  });

  test('with exact: true never removes the store', async () => {
    folder.write({ 'project/src': 'x' });
    const inside = folder.join('project/.cairn');
    await withRun({ store: inside }, async (run) => {
      const version = await run.logArtifact(folder.join('project/src'), { name: 'a' });
      for (const root of [folder.join('project'), folder.path, inside]) {
        expect((await caught(version.download({ root, exact: true }))).code).toBe('path_conflict');
      }
      await version.download({ root: folder.join('project/artifacts'), exact: true });
    });
    expect(Object.keys(tree(folder.join('project')))).toContain('.cairn/FORMAT');
  });

  test('of a path: an entry, or a folder, to which exact then applies', async () => {
    const version = await versionOf(files);
    await version.download({ root, path: 'a.txt' });
    expect(tree()).toEqual({ 'a.txt': 'a' });
    folder.write({ 'out/mine': 'x', 'out/deep/mine': 'x' });
    await version.download({ root, path: 'deep', exact: true });
    expect(tree()).toEqual({ 'a.txt': 'a', mine: 'x', 'deep/er/b.txt': 'b', 'deep/c.txt': 'c' });
    const error = await caught(version.download({ root, path: 'deep/d.txt' }));
    expect(error).toMatchObject({ code: 'not_found', hint: expect.stringContaining('"deep/c.txt"') });
  });

  test('of an entry gives the path of its file', async () => {
    const version = await versionOf(files);
    const entry = await version.getPath('deep/c.txt');
    expect(await entry.download({ root })).toBe(`${root}/deep/c.txt`);
    expect(tree()).toEqual({ 'deep/c.txt': 'c' });
  });

  test('works through a root that is a link the user chose', async () => {
    mkdirSync(folder.join('real'));
    symlinkSync(folder.join('real'), root);
    await (await versionOf(files)).download({ root });
    expect(tree(folder.join('real'))).toEqual(files);
  });

  test('makes files that share nothing with the store', async () => {
    const version = await versionOf(files);
    await version.download({ root });
    appendFileSync(`${root}/a.txt`, 'edited');
    await version.download({ root: folder.join('other') });
    expect(tree(folder.join('other'))).toEqual(files);
  });

  test('into a folder that is given in place of the options is refused: it would be made elsewhere', async () => {
    const version = await versionOf({ a: 'one' });
    // @ts-expect-error as from JavaScript, or with W&B in the fingers
    await expect(version.download(root)).rejects.toThrow(/download\(\{ root \}\)/);
  });

  test('an abort rejects with its reason, and tells nothing more', async () => {
    const version = await versionOf(files);
    const stop = new AbortController();
    stop.abort(new Error('stop'));
    const onProgress = () => expect.unreachable();
    await expect(version.download({ root, signal: stop.signal, onProgress })).rejects.toThrow('stop');
    expect(existsSync(root)).toBe(false);
  });
});

describe('nothing is written outside the root', () => {
  test('a link in the place of a file is replaced, not followed', async () => {
    folder.write({ outside: 'untouched' });
    mkdirSync(root);
    symlinkSync(folder.join('outside'), `${root}/a.txt`);
    await (await versionOf(files)).download({ root });
    expect(readFileSync(folder.join('outside'), 'utf8')).toBe('untouched');
    expect(lstatSync(`${root}/a.txt`).isSymbolicLink()).toBe(false);
  });

  test('a link in the place of a folder is path_conflict', async () => {
    mkdirSync(folder.join('outside'));
    mkdirSync(root);
    symlinkSync(folder.join('outside'), `${root}/deep`);
    const error = await caught((await versionOf(files)).download({ root }));
    expect(error.code).toBe('path_conflict');
    expect(readdirSync(folder.join('outside'))).toEqual([]);
  });

  test('.git is refused before anything is written, unless it is allowed', async () => {
    const version = await versionOf({ 'a.txt': 'a', '.git/hooks/pre-commit': 'rm -rf' });
    expect((await caught(version.download({ root }))).code).toBe('path_invalid');
    expect(existsSync(root)).toBe(false);
    await version.download({ root, allowGit: true });
    expect(Object.keys(tree())).toContain('.git/hooks/pre-commit');
  });

  test.each(downloads)('the path of $id, in a manifest that nobody checked, is refused', async ({ path }) => {
    const version = await uncheckedVersion(path);
    expect(['path_invalid', 'manifest_invalid']).toContain((await caught(version.download({ root }))).code);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  /** A version as a client would log it that checks nothing. */
  async function uncheckedVersion(path: string): Promise<Version> {
    const file = await put('evil');
    const leaf = await put(`{"digest":"${file}","path":${JSON.stringify(path)},"size":4}\n`);
    const line = `{"entries":1,"first":${JSON.stringify(path)},"leaf":"${leaf}","size":4}\n`;
    const header = '{"cairn":"manifest","format":1,"policy":{"config":{},"name":"cairn.default"}}\n';
    const collection = { entity: 'local', project: 'default', name: 'evil' };
    await store.catalog.commitVersion({
      ...collection,
      type: 'dataset',
      digest: await put(line),
      manifest: await put(header + line),
      entryCount: 1,
      size: 4,
      metadata: {},
      aliases: [],
      tags: [],
    });
    return new Api({ store }).artifact('evil');
  }

  async function put(text: string): Promise<ContentDigest> {
    const source = { kind: 'bytes', bytes: Buffer.from(text) } as const;
    for await (const { digest } of store.blobsOf({ entity: 'local', project: 'default' }).put([source]))
      return digest;
    throw new Error('nothing was put');
  }
});

describe('references', () => {
  test('are fetched through their handler, checked, and left alone where they are right', async () => {
    const handler = memoryHandler();
    handler.put('x', Buffer.from('bytes'));
    const api = new Api({ store, handlers: [counting(handler)] });
    const artifact = new Artifact('a', { handlers: [handler] });
    await artifact.addReference('memory:x', { name: 'deep/x' });
    await artifact.addReference('memory:x', { name: 'unchecked', checksum: false });
    const version = await log(store, artifact);
    const read = await api.artifact('a');
    await read.download({ root });
    expect(tree()).toEqual({ 'deep/x': 'bytes', unchecked: 'bytes' });
    expect((await read.getPath('unchecked')).isUnverified).toBe(true);
    expect((await read.getPath('deep/x')).isUnverified).toBe(false);
    opened.length = 0;
    await read.download({ root, path: 'deep' });
    expect(opened).toEqual([]);
    handler.put('x', Buffer.from('other'));
    writeFileSync(`${root}/deep/x`, 'damaged');
    expect((await caught(read.download({ root, path: 'deep' }))).code).toBe('reference_changed');
    expect(readFileSync(`${root}/deep/x`, 'utf8')).toBe('damaged');
    expect((await caught(version.download({ root }))).code).toBe('handler_missing');
  });

  test('whose source vouches for a validator only are remembered, and not fetched twice', async () => {
    let text = 'first';
    const handler: StorageHandler = {
      specVersion: 1,
      name: 'web',
      schemes: ['web'],
      async *observe(uri) {
        yield { kind: 'object', path: 'x', uri, digest: `etag:"${text}"`, size: 5 };
      },
      async *open({ uri }) {
        opened.push(uri);
        yield Buffer.from(text);
      },
    };
    await withRun({ store, handlers: [handler] }, async (run) => {
      const version = await run.logArtifact('web:x', { name: 'a' });
      opened.length = 0;
      expect((await version.verify(root)).missing).toEqual(['x']);
      folder.write({ 'out/x': 'guess' });
      expect((await version.verify(root)).unverified).toEqual(['x']);
      await version.download({ root });
      await version.download({ root });
      expect(opened).toEqual(['web:x']);
      expect((await version.verify(root)).ok).toEqual(['x']);
      writeFileSync(`${root}/x`, 'flips');
      expect((await version.verify(root)).changed).toEqual(['x']);
      await version.download({ root });
      expect([opened.length, tree()]).toEqual([2, { x: 'first' }]);
      text = 'other';
      const next = await run.logArtifact('web:x', { name: 'a' });
      await next.download({ root });
      expect([opened.length, tree()]).toEqual([3, { x: 'other' }]);
    });
  });

  test('of many each is fetched once, whatever is between them', async () => {
    const handler = memoryHandler();
    for (let i = 0; i < 1100; i++) handler.put(`all/${i}`, Buffer.from(`${i}`));
    const artifact = new Artifact('a', { handlers: [handler] });
    await artifact.addReference('memory:all', { name: 'all' });
    await artifact.newFile('all/file', 'file');
    await log(store, artifact);
    opened.length = 0;
    const version = await new Api({ store, handlers: [counting(handler)] }).artifact('a');
    const events: ProgressEvent[] = [];
    await version.download({ root, onProgress: (event) => void events.push(event) });
    expect(events.at(-1)).toMatchObject({ files: { done: 1101, total: 1101 }, done: true });
    expect([opened.length, new Set(opened).size, readdirSync(`${root}/all`).length]).toEqual([
      1100, 1100, 1101,
    ]);
  });

  const opened: string[] = [];
  const counting = (handler: StorageHandler): StorageHandler => ({
    ...handler,
    open(reference, options) {
      opened.push(reference.uri);
      return handler.open(reference, options);
    },
  });

  test.each([
    ['other bytes', 'bytez', `md5:${createHash('md5').update('bytes').digest('hex')}`, 5],
    ['more bytes', 'bytes!', 'etag:"1"', 5],
    ['fewer bytes', 'byte', 'etag:"1"', 5],
  ] as const)('a handler that gives %s is not believed', async (_, given, digest, size) => {
    const lying: StorageHandler = {
      specVersion: 1,
      name: 'lying',
      schemes: ['lying'],
      async *observe(uri) {
        yield { kind: 'object', path: 'x', uri, digest, size };
      },
      async *open() {
        yield Buffer.from(given);
      },
    };
    await withRun({ store, handlers: [lying] }, async (run) => {
      const version = await run.logArtifact('lying:x', { name: 'a' });
      expect((await caught(version.download({ root }))).code).toBe('integrity_mismatch');
      expect(tree()).toEqual({});
    });
  });

  test('the first that fails stops the others', async () => {
    const handler: StorageHandler = {
      specVersion: 1,
      name: 'slow',
      schemes: ['slow'],
      async *observe(uri) {
        for (let i = 0; i < 50; i++)
          yield { kind: 'member', path: `${i}`, uri: `slow:${i}`, digest: `uri:${uri}` };
      },
      async *open({ uri }, { signal } = {}) {
        opened.push(uri);
        signal?.throwIfAborted();
        if (uri === 'slow:11') throw new Error('broken');
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      },
    };
    opened.length = 0;
    await withRun({ store, handlers: [handler] }, async (run) => {
      const version = await run.logArtifact('slow:all', { name: 'a' });
      await expect(version.download({ root })).rejects.toThrow('broken');
      expect(opened.length).toBeLessThan(20);
      expect(tree()).toEqual({});
    });
  });

  test('of a file on this machine open for the user who recorded them, and for no other', async () => {
    folder.write({ 'data.csv': '1,2' });
    const artifact = new Artifact('a');
    await artifact.addReference(folder.join('data.csv'));
    const version = await log(store, artifact);
    await version.download({ root });
    expect(tree()).toEqual({ 'data.csv': '1,2' });
    vi.stubEnv('XDG_DATA_HOME', folder.join('another user'));
    const theirs = await new Api({ store }).artifact('a');
    expect((await caught(theirs.download({ root: folder.join('theirs') }))).code).toBe('scheme_refused');
    const allowing = new Api({ store, handlers: [fileHandler({ allow: [folder.path] })] });
    await (await allowing.artifact('a')).download({ root: folder.join('theirs') });
    expect(tree(folder.join('theirs'))).toEqual({ 'data.csv': '1,2' });
  });
});

describe('verify', () => {
  test('tells what is right, changed, missing, strange and unverifiable', async () => {
    const handler = memoryHandler();
    handler.put('r', Buffer.from('r'));
    const artifact = new Artifact('a', { handlers: [handler] });
    for (const path of ['ok', 'flipped', 'longer', 'gone', 'deep/link']) await artifact.newFile(path, path);
    await artifact.addReference('memory:r', { name: 'checked' });
    await artifact.addReference('memory:r', { name: 'unchecked', checksum: false });
    await log(store, artifact);
    const version = await new Api({ store, handlers: [handler] }).artifact('a');
    await version.download({ root });
    writeFileSync(`${root}/flipped`, 'flopped');
    appendFileSync(`${root}/longer`, '!');
    rmSync(`${root}/gone`);
    rmSync(`${root}/deep/link`);
    symlinkSync(`${root}/ok`, `${root}/deep/link`);
    folder.write({ 'out/new': 'x', 'out/folder/of/mine': 'x' });
    expect(await version.verify(root)).toEqual({
      ok: ['checked', 'ok'],
      changed: ['deep/link', 'flipped', 'longer'],
      missing: ['gone'],
      unverified: ['unchecked'],
      stranger: expect.arrayContaining(['new', 'folder']),
    });
    const { missing, stranger } = await version.verify(folder.join('nothing'));
    expect([missing.length, stranger]).toEqual([7, []]);
  });
});
