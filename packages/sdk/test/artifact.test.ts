import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  createReadStream,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { badInputs, expandInput } from '@cairn/conformance';
import type { Store } from '@cairn/core';
import { memoryHandler } from '@cairn/core/memory';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Artifact, withRun } from '../src/index.js';
import { apartStore } from './support/apart-store.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { contents, log } from './support/versions.js';

const folder = testFolder();
let store: Store;
let artifact: Artifact;

beforeEach(() => {
  store = memoryStoreWithFiles();
  artifact = new Artifact('bike');
});

/** What the artifact holds once it is logged. */
async function logged(): Promise<Record<string, string>> {
  return contents(await log(store, artifact));
}

describe('the paths that entries get', () => {
  const images = { 'images/cat.png': 'cat', 'images/dog.png': 'dog' };

  test.each<[string, (at: string) => Promise<unknown>, Record<string, string>]>([
    ['addFile', (at) => artifact.addFile(`${at}/model.h5`), { 'model.h5': 'm' }],
    ['addFile in a folder', (at) => artifact.addFile(`${at}/checkpoints/model.h5`), { 'model.h5': 'c' }],
    [
      'addFile with a name',
      (at) => artifact.addFile(`${at}/model.h5`, { name: 'models/mymodel.h5' }),
      { 'models/mymodel.h5': 'm' },
    ],
    ['addDir', (at) => artifact.addDir(`${at}/images`), { 'cat.png': 'cat', 'dog.png': 'dog' }],
    ['addDir with a name', (at) => artifact.addDir(`${at}/images`, { name: 'images' }), images],
    ['newFile', () => artifact.newFile('hello.txt', 'hi'), { 'hello.txt': 'hi' }],
  ])('%s', async (_, add, expected) => {
    folder.write({ 'model.h5': 'm', 'checkpoints/model.h5': 'c', ...images });
    await add(folder.path);
    expect(await logged()).toEqual(expected);
  });

  test.each<[string, string, { name?: string }, Record<string, string>]>([
    ['object', 'memory:model.h5', {}, { 'model.h5': 'memory:model.h5' }],
    ['object in a folder', 'memory:checkpoints/model.h5', {}, { 'model.h5': 'memory:checkpoints/model.h5' }],
    [
      'object with a name',
      'memory:model.h5',
      { name: 'models/my.h5' },
      { 'models/my.h5': 'memory:model.h5' },
    ],
    [
      'folder',
      'memory:images',
      {},
      { 'cat.png': 'memory:images/cat.png', 'dog.png': 'memory:images/dog.png' },
    ],
    [
      'folder with a name',
      'memory:images',
      { name: 'pets' },
      { 'pets/cat.png': 'memory:images/cat.png', 'pets/dog.png': 'memory:images/dog.png' },
    ],
  ])('addReference of an %s', async (_, uri, options, expected) => {
    const handler = memoryHandler();
    for (const path of [
      'model.h5',
      'checkpoints/model.h5',
      'images/cat.png',
      'images/dog.png',
      'images2/x',
    ]) {
      handler.put(path, new Uint8Array([1]));
    }
    artifact = new Artifact('bike', { handlers: [handler] });
    const entries = await artifact.addReference(uri, options);
    expect(entries.map(({ path }) => path)).toEqual(Object.keys(expected));
    expect(await logged()).toEqual(expected);
  });
});

describe('what a file can be made of', () => {
  const large = 'x'.repeat(3 * 1024 * 1024);

  test.each<[string, () => Parameters<Artifact['addFile']>[0]]>(
    [
      ['bytes', () => Buffer.from(large)],
      ['an ArrayBuffer', () => new Uint8Array(Buffer.from(large)).buffer],
      ['a Blob', () => new Blob([large])],
      ['a Node stream', () => Readable.from([large.slice(0, 10), Buffer.from(large.slice(10))])],
      ['a web stream', () => new Blob([large]).stream()],
      [
        'a generator',
        async function* () {
          yield large.slice(0, 1);
          yield Buffer.from(large.slice(1));
        },
      ],
    ].map(
      ([what, make]) =>
        [what, typeof make === 'function' && what === 'a generator' ? () => make() : make] as never,
    ),
  )('%s', async (_, make) => {
    await artifact.addFile(make(), { name: 'a' });
    expect((await logged()).a).toBe(large);
  });

  test('a path, relative or as a file: URL', async () => {
    folder.write({ 'a b.txt': 'a' });
    await artifact.addFile(pathToFileURL(folder.join('a b.txt')));
    await artifact.addFile(pathToFileURL(folder.join('a b.txt')).href, { name: 'c' });
    expect(await logged()).toEqual({ 'a b.txt': 'a', c: 'a' });
    expect((await caught(artifact.addFile(new URL('https://example.com/x')))).code).toBe(
      'artifact_finalized',
    );
    expect((await caught(new Artifact('b').addFile(new URL('https://example.com/x')))).code).toBe(
      'uri_invalid',
    );
  });

  test('a File has its name; bytes need one', async () => {
    await artifact.addFile(new File(['hi'], 'hello.txt'));
    expect(await logged()).toEqual({ 'hello.txt': 'hi' });
    const error = await caught(new Artifact('b').addFile(new Uint8Array(3)));
    expect(error).toMatchObject({ code: 'path_invalid', hint: expect.stringContaining('{ name }') });
  });

  test.each([
    ['few', 6],
    ['many', large.length],
  ])('%s bytes are taken as they are at the call', async (_, length) => {
    const bytes = Buffer.alloc(length, 'b');
    const added = artifact.addFile(bytes, { name: 'a' });
    bytes.fill('c');
    await added;
    bytes.fill('d');
    expect((await logged()).a).toBe('b'.repeat(length));
  });

  test('so are those that are written, or come from a stream that uses its buffer again', async () => {
    const buffer = Buffer.alloc(1);
    const letters = [...'abc'];
    await artifact.newFile('written', (file) => {
      for (const letter of letters) {
        buffer.write(letter);
        void file.write(buffer);
      }
    });
    const stream = async function* () {
      for (const letter of letters) {
        buffer.write(letter);
        yield buffer;
      }
    };
    await artifact.addFile(stream(), { name: 'streamed' });
    expect(await logged()).toEqual({ written: 'abc', streamed: 'abc' });
  });

  test('a stream that breaks while earlier calls are at work does not end the process', async () => {
    void artifact.newFile('slow', async (file) => {
      await sleep(50);
      await file.write('x');
    });
    const adding = artifact.addFile(createReadStream(folder.join('missing')), { name: 'a' });
    await sleep(20);
    await expect(adding).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await logged()).toEqual({ slow: 'x' });
  });

  test('an abort closes a stream that has no end', async () => {
    let isClosed = false;
    const endless = async function* () {
      try {
        for (;;) {
          await new Promise(setImmediate);
          yield 'x'.repeat(10_000);
        }
      } finally {
        isClosed = true;
      }
    };
    const adding = artifact.addFile(endless(), { name: 'a', signal: AbortSignal.timeout(20) });
    await expect(adding).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect.poll(() => isClosed).toBe(true);
    expect(await logged()).toEqual({});
  });

  test('a stream that fails adds nothing, and its error comes back', async () => {
    const broken = Readable.from(
      (async function* () {
        yield large;
        throw new Error('cable');
      })(),
    );
    await expect(artifact.addFile(broken, { name: 'a' })).rejects.toThrow('cable');
    await artifact.newFile('b', 'b');
    expect(await logged()).toEqual({ b: 'b' });
  });

  test('newFile by a function: awaited writes or not, texts and bytes', async () => {
    await artifact.newFile('a', async (file) => {
      void file.write('one ');
      await file.write(Buffer.from('two '));
      void file.write(new TextEncoder().encode('three'));
    });
    await artifact.newFile('large', (file) => {
      for (let i = 0; i < 3; i++) void file.write(large);
    });
    expect(await logged()).toEqual({ a: 'one two three', large: large.repeat(3) });
  });

  test('newFile adds nothing when its function throws', async () => {
    const cause = new Error('no rows');
    const adding = artifact.newFile('a', async (file) => {
      await file.write('half');
      throw cause;
    });
    await expect(adding).rejects.toBe(cause);
    expect(await logged()).toEqual({});
  });

  test('a file that newFile opened is added by close, discarded by dispose, and never half', async () => {
    const kept = await artifact.newFile('kept');
    await kept.write('whole');
    await kept.close();
    await kept[Symbol.asyncDispose]();
    const dropped = await artifact.newFile('dropped');
    await dropped.write('half');
    const error = await caught(log(store, artifact));
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('"dropped"');
    await dropped[Symbol.asyncDispose]();
    expect(await logged()).toEqual({ kept: 'whole' });
  });

  test('private copies are gone once the artifact is logged', async () => {
    folder.write({ 'tmp/other': '' });
    vi.stubEnv('TMPDIR', folder.join('tmp'));
    const mine = () => readdirSync(tmpdir()).filter((name) => name !== 'other');
    await artifact.addFile(Buffer.from(large), { name: 'a' });
    expect(mine().length).toBe(1);
    await logged();
    expect(mine()).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('adding the same path again', () => {
  test('the same content is no change, whatever it comes from', async () => {
    folder.write({ a: 'same', b: 'same' });
    await artifact.addFile(folder.join('a'));
    await artifact.addFile(folder.join('a'));
    await artifact.addFile(folder.join('b'), { name: 'a' });
    await artifact.newFile('a', 'same');
    await artifact.addFile(new Blob(['same']), { name: 'a' });
    expect(await logged()).toEqual({ a: 'same' });
  });

  test('other content is path_conflict, naming both sources; overwrite replaces', async () => {
    folder.write({ a: 'one', b: 'two' });
    await artifact.addFile(folder.join('a'));
    const error = await caught(artifact.addFile(folder.join('b'), { name: 'a' }));
    expect(error.code).toBe('path_conflict');
    expect(error.message).toContain(folder.join('a'));
    expect(error.message).toContain(folder.join('b'));
    await artifact.addFile(folder.join('b'), { name: 'a', overwrite: true });
    expect(await logged()).toEqual({ a: 'two' });
  });

  test('the same size with other bytes is other content', async () => {
    await artifact.newFile('a', 'one');
    expect((await caught(artifact.newFile('a', 'two'))).code).toBe('path_conflict');
  });

  test.each([
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['a/b/c/d', 'a/b'],
    ['a/b', 'a/b/c/d'],
  ])('%s beside %s is path_conflict at once', async (first, second) => {
    await artifact.newFile(first, '1');
    const error = await caught(artifact.newFile(second, '2'));
    expect(error.code).toBe('path_conflict');
    expect(error.message).toContain(`"${first}"`);
    expect(error.message).toContain(`"${second}"`);
    expect(await logged()).toEqual({ [first]: '1' });
  });

  test('what was removed is no longer in the way', async () => {
    await artifact.newFile('a/b', '1');
    await artifact.newFile('a/c', '1');
    await artifact.remove('a');
    await artifact.newFile('a', '2');
    expect((await caught(artifact.remove('b'))).code).toBe('not_found');
    expect(await logged()).toEqual({ a: '2' });
  });

  test('addDir is all or nothing', async () => {
    folder.write({ 'in/a': '1', 'in/b': '2', 'in/c': '3' });
    await artifact.newFile('b', 'other');
    expect((await caught(artifact.addDir(folder.join('in')))).code).toBe('path_conflict');
    await artifact.addDir(folder.join('in'), { overwrite: true, exclude: ['a'] });
    expect(await logged()).toEqual({ b: '2', c: '3' });
  });

  test('addReference is all or nothing', async () => {
    const handler = memoryHandler();
    for (const path of ['in/a', 'in/b', 'in/c']) handler.put(path, new Uint8Array([1]));
    artifact = new Artifact('bike', { handlers: [handler] });
    await artifact.newFile('b', 'other');
    expect((await caught(artifact.addReference('memory:in'))).code).toBe('path_conflict');
    const error = await caught(artifact.addReference('memory:in', { maxObjects: 2, name: 'x' }));
    expect(error.code).toBe('too_many_objects');
    expect((await caught(artifact.addReference('memory:out'))).code).toBe('not_found');
    expect(await logged()).toEqual({ b: 'other' });
  });
});

describe('what addDir takes', () => {
  test('links to files and folders, and names with globs', async () => {
    folder.write({ 'in/a.png': 'a', 'in/deep/b.png': 'b', 'in/c.txt': 'c', 'outside.png': 'o' });
    symlinkSync(folder.join('outside.png'), folder.join('in/link.png'));
    await artifact.addDir(folder.join('in'), { include: ['**/*.png'], exclude: ['a.*'] });
    expect(await logged()).toEqual({ 'deep/b.png': 'b', 'link.png': 'o' });
  });

  test('a loop of links is an error that names it', async () => {
    folder.write({ 'in/a': 'a' });
    symlinkSync(folder.join('in'), folder.join('in/self'));
    const error = await caught(artifact.addDir(folder.join('in')));
    expect(error.message).toContain('self');
    expect(await logged()).toEqual({});
  });

  test('a folder is no file, and says what to call', async () => {
    mkdirSync(folder.join('in'));
    const error = await caught(artifact.addFile(folder.join('in')));
    expect(error).toMatchObject({ code: 'path_invalid', hint: 'Add it by addDir.' });
  });

  test('a FIFO and a name that is not UTF-8 are errors that name them', async () => {
    folder.write({ 'in/a': 'a' });
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', folder.join('in/pipe')]);
    const fifo = await caught(artifact.addDir(folder.join('in')));
    expect([fifo.code, fifo.message]).toEqual(['path_invalid', expect.stringContaining('pipe')]);
    rmSync(folder.join('in/pipe'));
    const [bytes] = badInputs('addDir').flatMap(({ input }) => expandInput(input)) as [Uint8Array];
    writeFileSync(Buffer.concat([Buffer.from(`${folder.join('in')}/`), bytes]), '');
    const name = await caught(artifact.addDir(folder.join('in')));
    expect([name.code, name.message]).toEqual(['path_invalid', expect.stringContaining('xff')]);
    expect(await logged()).toEqual({});
  });

  test('what is not there is not_found', async () => {
    expect((await caught(artifact.addFile(folder.join('nothing')))).code).toBe('not_found');
    expect((await caught(artifact.addDir(folder.join('nothing')))).code).toBe('not_found');
  });
});

describe('sources that change', () => {
  test('between the add and the log: source_changed, naming the file; the draft is open again', async () => {
    folder.write({ a: 'a', b: 'b' });
    await artifact.addDir(folder.path);
    appendFileSync(folder.join('b'), '!');
    const error = await caught(log(store, artifact));
    expect(error.code).toBe('source_changed');
    expect(error.message).toContain(folder.join('b'));
    await artifact.addFile(folder.join('b'), { overwrite: true });
    expect(await logged()).toEqual({ a: 'a', b: 'b!' });
  });

  test('before it is compared with another one: source_changed too', async () => {
    folder.write({ a: 'one' });
    await artifact.addFile(folder.join('a'));
    writeFileSync(folder.join('a'), 'two');
    expect((await caught(artifact.newFile('a', 'two'))).code).toBe('source_changed');
  });

  test('copy: true keeps what was there', async () => {
    folder.write({ a: 'a', 'in/b': 'b' });
    await artifact.addFile(folder.join('a'), { copy: true });
    await artifact.addDir(folder.join('in'), { copy: true });
    writeFileSync(folder.join('a'), 'later');
    rmSync(folder.join('in'), { recursive: true });
    expect(await logged()).toEqual({ a: 'a', b: 'b' });
  });
});

describe('calls that nobody awaits', () => {
  test('take effect in their order', async () => {
    folder.write({ a: 'a' });
    void artifact.addFile(folder.join('a'));
    void artifact.remove('a');
    void artifact.newFile('a', 'second');
    for (let i = 0; i < 20; i++) void artifact.newFile(`n/${i}`, String(i));
    const found = await logged();
    expect(Object.keys(found)).toHaveLength(21);
    expect(found.a).toBe('second');
  });

  test('and that failed make logging fail, again and again, until the caller acts', async () => {
    void artifact.newFile('good', '1');
    void artifact.addFile(folder.join('missing'));
    expect((await caught(log(store, artifact))).code).toBe('not_found');
    expect((await caught(log(store, artifact))).code).toBe('not_found');
    folder.write({ missing: 'found' });
    await artifact.addFile(folder.join('missing'));
    expect(await logged()).toEqual({ good: '1', missing: 'found' });
  });

  test('but a failure that was looked at is the caller’s to judge', async () => {
    await artifact.newFile('good', '1');
    await artifact.addFile(folder.join('optional')).catch(() => undefined);
    expect(await logged()).toEqual({ good: '1' });
  });
});

describe('a logged artifact is final', () => {
  test.each<[string, () => unknown]>([
    ['addFile', () => artifact.addFile('x')],
    ['addDir', () => artifact.addDir('x')],
    ['newFile', () => artifact.newFile('x', 'x')],
    ['newFile to be closed', () => artifact.newFile('x')],
    ['addReference', () => artifact.addReference('x:y', { name: 'x' })],
    ['remove', () => artifact.remove('a')],
    [
      'name',
      () => {
        artifact.name = 'x';
      },
    ],
    [
      'type',
      () => {
        artifact.type = 'x';
      },
    ],
    [
      'description',
      () => {
        artifact.description = 'x';
      },
    ],
    [
      'metadata',
      () => {
        artifact.metadata = {};
      },
    ],
  ])('%s is artifact_finalized', async (_, change) => {
    await artifact.newFile('a', 'a');
    await log(store, artifact);
    expect(await caught(change)).toMatchObject({
      code: 'artifact_finalized',
      hint: expect.stringContaining('from'),
    });
  });

  test('so is its metadata, at any depth, and any object that it was', async () => {
    artifact.metadata = { a: { b: 1 }, list: [1] };
    const before = artifact.metadata;
    await log(store, artifact);
    const metadata = artifact.metadata as unknown as { a: { b?: number }; list: number[] };
    for (const change of [
      () => Object.assign(metadata, { a: 2 }),
      () => Object.assign(metadata.a, { b: 2 }),
      () => metadata.list.push(2),
      () => delete metadata.a.b,
    ]) {
      expect((await caught(change)).code).toBe('artifact_finalized');
    }
    expect(() => Object.assign(before.a as object, { b: 2 })).toThrow(TypeError);
    expect(metadata).toEqual({ a: { b: 1 }, list: [1] });
  });

  test('a log that fails opens it again, metadata and all', async () => {
    artifact.metadata = { rows: 1 };
    void artifact.addFile(folder.join('missing'));
    await caught(log(store, artifact));
    artifact.metadata.rows = 2;
    artifact.description = 'later';
    await artifact.newFile('a', 'a');
    expect(await log(store, artifact)).toMatchObject({ metadata: { rows: 2 }, description: 'later' });
  });

  test('it can be logged again, and needs no source for it', async () => {
    folder.write({ a: 'a' });
    await artifact.addFile(folder.join('a'));
    const first = await log(store, artifact);
    rmSync(folder.join('a'));
    const second = await log(store, artifact);
    expect(second).toMatchObject({ version: first.version, created: false, files: { new: 0, reused: 1 } });
    expect(await contents(await log(memoryStoreWithFiles(), artifact))).toEqual({ a: 'a' });
  });
});

describe('Artifact.from', () => {
  test('keeps entries without reading them, and changes others', async () => {
    const handler = memoryHandler();
    handler.put('r', new Uint8Array([1]));
    artifact = new Artifact('bike', {
      type: 'dataset',
      description: 'd',
      metadata: { a: 1 },
      handlers: [handler],
    });
    await artifact.newFile('keep', 'keep');
    await artifact.newFile('drop/x', 'x');
    await artifact.newFile('change', 'before');
    await artifact.addReference('memory:r');
    const first = await log(store, artifact);

    const next = Artifact.from(first);
    expect(next).toMatchObject({ name: 'bike', type: 'dataset', description: 'd', metadata: { a: 1 } });
    await next.remove('drop');
    await next.newFile('keep', 'keep');
    expect((await caught(next.newFile('change', 'after'))).message).toContain('local/default/bike:v');
    await next.newFile('change', 'after', { overwrite: true });
    const second = await log(store, next);
    expect(second).toMatchObject({
      created: true,
      files: { new: 1, reused: 1 },
      bytes: { new: 5, reused: 4 },
    });
    expect(await contents(second)).toEqual({ change: 'after', keep: 'keep', r: 'memory:r' });
  });

  test('also into another store, which then gets the bytes', async () => {
    await artifact.newFile('a', 'a');
    const other = memoryStoreWithFiles();
    const copy = await log(other, Artifact.from(await log(store, artifact), { name: 'copy' }));
    expect(copy).toMatchObject({ name: 'copy', version: 'v0', files: { new: 1, reused: 0 } });
    expect(await contents(copy)).toEqual({ a: 'a' });
  });

  test('also into another project of a store that keeps them apart, reading only what is not there', async () => {
    const apart = apartStore();
    const logIn = (project: string, draft: Artifact<object>) =>
      withRun({ store: apart, project }, (run) => run.logArtifact(draft));
    const text = new Artifact('bike');
    await text.newFile('known', 'known');
    await logIn('there', text);
    await artifact.newFile('known', 'known');
    await artifact.newFile('new', 'not there');
    const first = await logIn('here', artifact);
    const files = new Map<string, string>();
    for await (const { path, digest } of first.entries()) files.set(digest, path);

    apart.read.length = 0;
    const copy = await logIn('there', Artifact.from(first));
    const filesRead = apart.read.flatMap(({ project, digest }) =>
      files.has(digest) ? [`${project}/${files.get(digest)}`] : [],
    );
    expect(filesRead).toEqual(['here/new']);
    expect(copy).toMatchObject({ project: 'there', digest: first.digest, files: { new: 1, reused: 1 } });
    expect(await contents(copy)).toEqual({ known: 'known', new: 'not there' });

    apart.read.length = 0;
    const next = Artifact.from(copy);
    await next.newFile('more', 'more');
    expect(await logIn('there', next)).toMatchObject({ files: { new: 1, reused: 2 } });
    expect(apart.read.some(({ digest }) => files.has(digest))).toBe(false);
  });

  test('unchanged it is the same version', async () => {
    await artifact.newFile('same', 'same');
    const first = await log(store, artifact);
    expect(await log(store, Artifact.from(first))).toMatchObject({ version: first.version, created: false });
  });
});

describe('what is refused at once', () => {
  test('a name, with the rule and a suggestion', () => {
    expect(() => new Artifact('reference model')).toThrow(/letters.*"reference-model"/s);
  });

  test('a type', async () => {
    expect((await caught(() => new Artifact('a', { type: 'a b' }))).code).toBe('name_invalid');
  });

  test('metadata, by its key path, and what it was stays', async () => {
    const error = await caught(() => new Artifact('a', { metadata: { a: { b: [1, Number.NaN] } } }));
    expect(error.code).toBe('metadata_invalid');
    expect(error.message).toContain('metadata.a.b[1]');
    artifact.metadata = { fine: 1 };
    expect(
      (
        await caught(() => {
          artifact.metadata = { bad: 1n as never };
        })
      ).code,
    ).toBe('metadata_invalid');
    expect(artifact.metadata).toEqual({ fine: 1 });
  });

  test('metadata that was changed in place, when it is logged', async () => {
    artifact.metadata = { list: [] as never };
    (artifact.metadata.list as unknown as unknown[]).push(Number.POSITIVE_INFINITY);
    expect((await caught(log(store, artifact))).message).toContain('metadata.list[0]');
    artifact.metadata = { list: [] as never };
    expect((await log(store, artifact)).metadata).toEqual({ list: [] });
  });

  test.each(
    badInputs('add').flatMap(({ id, input, outcome, code }) =>
      expandInput(input)
        .filter((value) => typeof value === 'string')
        .map((value) => ({ id, value, outcome, code })),
    ),
  )('the path of $id is $outcome', async ({ value, outcome, code }) => {
    const adding = artifact.newFile(value, 'x');
    if (outcome === 'reject') {
      expect((await caught(adding)).code).toBe(code);
      expect(await logged()).toEqual({});
    } else {
      await adding;
      expect(await logged()).toEqual({ [value]: 'x' });
    }
  });

  test.each(
    badInputs('metadata').flatMap(({ id, input, outcome, code }) =>
      expandInput(input)
        .filter((value) => typeof value === 'object')
        .map((value) => ({ id, value, outcome, code })),
    ),
  )('the metadata of $id is $outcome', async ({ value, outcome, code }) => {
    const make = () => new Artifact('bike', { metadata: value as never });
    if (outcome === 'reject') expect((await caught(make)).code).toBe(code);
    else expect((await log(memoryStoreWithFiles(), make())).metadata).toEqual(value);
  });
});
