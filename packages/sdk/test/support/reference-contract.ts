import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Api, Artifact, type LoggedVersion, type Version, withRun } from '../../src/index.js';
import { caught } from './caught.js';
import { testFolder } from './folder.js';
import type { ReferenceGround } from './reference-ground.js';
import { all } from './versions.js';

const bytes = (text: string) => Buffer.from(text);
const contentOf = (key: string) => `what is at <${key}>`;

export interface ReferenceCases {
  readonly start: () => Promise<ReferenceGround>;
  /** Keys that must survive. */
  readonly keys: readonly string[];
}

/** What must hold of references on their whole way: added, logged, found again by another process, downloaded. */
export function testReferences({ start, keys }: ReferenceCases): void {
  const folder = testFolder();
  let ground: ReferenceGround;
  let root: string;
  let store: string;

  beforeEach(async () => {
    ground = await start();
    root = folder.join('out');
    store = folder.join('store');
  });
  afterEach(() => ground?.close());

  /** Logs what was added, and looks it up as somebody else would. */
  async function logged(add: (artifact: Artifact) => Promise<unknown>): Promise<Version> {
    const handlers = [ground.handler];
    await withRun({ store, handlers }, async (run) => {
      const artifact = new Artifact('references');
      await add(artifact);
      await run.logArtifact(artifact);
    });
    return new Api({ store, handlers }).artifact('references');
  }

  const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');

  test('every key survives, alone and below a folder, beside stored files', async () => {
    for (const key of keys) await ground.put(`odd-keys/${key}`, bytes(contentOf(key)));
    const version = await logged(async (artifact) => {
      await artifact.newFile('stored.txt', 'stored');
      for (const [i, key] of keys.entries()) {
        await artifact.addReference(ground.uriOf(`odd-keys/${key}`), { name: `single/${i}` });
      }
      if (ground.folder === undefined) return;
      const members = await artifact.addReference(`${ground.folder}odd-keys`, { name: 'all' });
      expect(members).toHaveLength(keys.length);
    });
    await version.download({ root });
    expect(read('stored.txt')).toBe('stored');
    for (const [i, key] of keys.entries()) {
      const entry = await version.getPath(`single/${i}`);
      expect(entry.ref()).toBe(ground.uriOf(`odd-keys/${key}`));
      expect(read(entry.path)).toBe(contentOf(key));
    }
    const members = await all(version.entries({ prefix: 'all/' }));
    const found = members.map((entry) => [ground.keyOf(entry.ref() ?? ''), read(entry.path)]);
    const expected =
      ground.folder === undefined ? [] : keys.map((key) => [`odd-keys/${key}`, contentOf(key)]);
    expect(found.sort()).toEqual(expected.sort());
    expect((await version.checkReferences()).ok).toHaveLength(keys.length + members.length);
  });

  test('an entry is downloaded alone, and read in part', async () => {
    await ground.put('a.bin', bytes('0123456789'));
    await ground.put('empty.bin', bytes(''));
    const version = await logged(async (artifact) => {
      await artifact.addReference(ground.uriOf('a.bin'), { name: 'deep/a.bin' });
      await artifact.addReference(ground.uriOf('empty.bin'));
    });
    const entry = await version.getPath('deep/a.bin');
    expect(entry.size).toBe(10);
    expect(readFileSync(await entry.download({ root }), 'utf8')).toBe('0123456789');
    expect(existsSync(`${root}/empty.bin`)).toBe(false);
    const part = async (start: number, end?: number) => {
      const range = end === undefined ? { start } : { start, end };
      return Buffer.concat(await all(entry.open({ range }))).toString();
    };
    expect([await part(2, 5), await part(7), await part(10)]).toEqual(['234', '789', '']);
    const empty = await version.getPath('empty.bin');
    expect(readFileSync(await empty.download({ root }), 'utf8')).toBe('');
  });

  test('what still holds, changed, vanished or can not be told is reported', async () => {
    for (const key of ['holds', 'changes', 'vanishes', 'unknown']) await ground.put(key, bytes(key));
    const version = await logged(async (artifact) => {
      for (const key of ['holds', 'changes', 'vanishes']) await artifact.addReference(ground.uriOf(key));
      await artifact.addReference(ground.uriOf('unknown'), { checksum: false });
    });
    await ground.put('changes', bytes('CHANGES'));
    await ground.delete('vanishes');
    const { ok, changed, missing, unverified } = await version.checkReferences();
    // A version that is recorded is still there.
    expect(ok).toEqual(ground.isVersioned ? ['changes', 'holds', 'vanishes'] : ['holds']);
    expect(changed).toEqual(ground.isVersioned ? [] : ['changes']);
    expect(missing).toEqual(ground.isVersioned ? [] : ['vanishes']);
    expect(unverified.map(({ path }) => path)).toEqual(['unknown']);
  });

  test.each(['overwritten', 'deleted'] as const)(
    'the object was %s: its version, or an error',
    async (how) => {
      await ground.put('a.txt', bytes('as recorded'));
      const version = await logged((artifact) => artifact.addReference(ground.uriOf('a.txt')));
      if (how === 'overwritten') await ground.put('a.txt', bytes('as replaced'));
      else await ground.delete('a.txt');
      if (ground.isVersioned) {
        await version.download({ root });
        expect(read('a.txt')).toBe('as recorded');
        return;
      }
      const entry = await version.getPath('a.txt');
      const errors = [await caught(version.download({ root })), await caught(all(entry.open()))];
      const code = how === 'overwritten' ? 'reference_changed' : 'not_found';
      expect(errors.map((error) => error.code)).toEqual([code, code]);
      expect(errors[0]?.message).toContain('a.txt');
      if (how === 'overwritten') {
        const [, now, was] = / is (".+"), and was (".+")/.exec(errors[0]?.message ?? '') ?? [];
        expect(now).toBeDefined();
        expect(now).not.toBe(was);
      }
      expect(existsSync(`${root}/a.txt`)).toBe(false);
    },
  );

  test('what is not there is not_found, and adds nothing', async () => {
    const version = await logged(async (artifact) => {
      await artifact.newFile('stored.txt', 'stored');
      const uris = [ground.uriOf('nothing.txt'), ...(ground.folder ? [`${ground.folder}nothing/`] : [])];
      for (const uri of uris) expect((await caught(artifact.addReference(uri))).code).toBe('not_found');
    });
    expect(version.entryCount).toBe(1);
  });

  test('unchecked is unverified, also when it is downloaded', async () => {
    await ground.put('a.txt', bytes('any'));
    const version = await logged((artifact) =>
      artifact.addReference(ground.uriOf('a.txt'), { checksum: false }),
    );
    const entry = await version.getPath('a.txt');
    expect(entry).toMatchObject({
      isUnverified: true,
      size: undefined,
      digest: `uri:${ground.uriOf('a.txt')}`,
    });
    await version.download({ root });
    expect(read('a.txt')).toBe('any');
    expect((await version.verify(root)).unverified).toEqual(['a.txt']);
    await ground.put('a.txt', bytes('any other'));
    await version.download({ root });
    expect(read('a.txt')).toBe('any other');
  });
}

/** What must hold of references to folders. */
export function testFolders(start: () => Promise<ReferenceGround>): void {
  const folder = testFolder();
  let ground: ReferenceGround;

  beforeEach(async () => {
    ground = await start();
  });
  afterEach(() => ground?.close());

  /** Logs what was added; its paths. */
  async function pathsOf(add: (artifact: Artifact) => Promise<unknown>): Promise<string[]> {
    let version: LoggedVersion | undefined;
    await withRun({ store: folder.join('store'), handlers: [ground.handler] }, async (run) => {
      const artifact = new Artifact('references');
      await add(artifact);
      version = await run.logArtifact(artifact);
    });
    return (await all(version?.entries() ?? fail())).map(({ path }) => path);
  }

  test('has neither its siblings nor folder markers, but empty objects', async () => {
    for (const key of ['images2/x', 'images-old/x', 'images.txt']) await ground.put(key, bytes(key));
    await ground.put('images/cat.png', bytes('cat'));
    await ground.put('images/empty', bytes(''));
    await ground.put('images/sub/', bytes(''));
    await ground.put('images/sub/dog.png', bytes('dog'));
    const paths = ['cat.png', 'empty', 'sub/dog.png'];
    const add = (name: string) => pathsOf((artifact) => artifact.addReference(`${ground.folder}${name}`));
    expect(await add('images')).toEqual(paths);
    expect(await add('images/')).toEqual(paths);
  });

  test('too many objects are none, and say by which limit', async () => {
    for (const key of ['many/1', 'many/2', 'many/3']) await ground.put(key, bytes(key));
    const uri = `${ground.folder}many`;
    const paths = await pathsOf(async (artifact) => {
      await artifact.newFile('stored.txt', 'stored');
      const { code, message, hint } = await caught(artifact.addReference(uri, { maxObjects: 2 }));
      expect([code, message.includes('more than 2'), hint?.includes('maxObjects')]).toEqual([
        'too_many_objects',
        true,
        true,
      ]);
      await artifact.addReference(uri, { maxObjects: 3, name: 'many' });
    });
    expect(paths).toEqual(['many/1', 'many/2', 'many/3', 'stored.txt']);
  });

  test('two keys that meet in one path are a conflict, and add nothing', async (context) => {
    if (ground.hasOnlyPaths === true) context.skip('the server has no such keys');
    await ground.put('meet/a//b', bytes('one'));
    await ground.put('meet/a/%2Fb', bytes('other'));
    const paths = await pathsOf(async (artifact) => {
      await artifact.newFile('stored.txt', 'stored');
      const { code, message } = await caught(artifact.addReference(`${ground.folder}meet`));
      expect([code, message.includes('a//b'), message.includes('a/%2Fb')]).toEqual([
        'path_conflict',
        true,
        true,
      ]);
    });
    expect(paths).toEqual(['stored.txt']);
  });
}

function fail(): never {
  throw new Error('nothing was logged');
}
