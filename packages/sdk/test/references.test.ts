import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Artifact, type ProgressEvent, type Version, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { testFolders, testReferences } from './support/reference-contract.js';
import { type DoubleGround, gsDouble, httpDouble, s3Double } from './support/reference-ground.js';
import { objectKeys, urlKeys } from './support/reference-keys.js';

const grounds: Record<string, () => Promise<DoubleGround>> = {
  's3, unversioned': () => s3Double(false),
  's3, versioned': () => s3Double(true),
  'gs, unversioned': () => gsDouble(false),
  'gs, versioned': () => gsDouble(true),
  http: httpDouble,
};

for (const [name, start] of Object.entries(grounds)) {
  describe(name, () => {
    testReferences({ start, keys: name === 'http' ? urlKeys : objectKeys });
    describe('misbehaving', () => withDouble(start));
  });
  if (name !== 'http') describe(`a folder at ${name}`, () => testFolders(start));
}

function withDouble(start: () => Promise<DoubleGround>): void {
  const folder = testFolder();
  let ground: DoubleGround;
  let root: string;

  beforeEach(async () => {
    ground = await start();
    root = folder.join('out');
  });
  afterEach(() => ground.close());

  function log(add: (artifact: Artifact) => Promise<unknown>): Promise<Version> {
    return withRun({ store: folder.join('store'), handlers: [ground.handler] }, async (run) => {
      const artifact = new Artifact('references');
      await add(artifact);
      return run.logArtifact(artifact);
    });
  }

  test('unchecked, no request is made', async () => {
    const before = ground.requests();
    await log(async (artifact) => {
      await artifact.addReference(ground.uriOf('a.txt'), { checksum: false });
      if (ground.folder) await artifact.addReference(`${ground.folder}images/`, { checksum: false });
    });
    expect(ground.requests()).toBe(before);
  });

  test('403 is forbidden, and never missing', async () => {
    await ground.put('a.txt', Buffer.from('secret'));
    const version = await log((artifact) => artifact.addReference(ground.uriOf('a.txt')));
    ground.forbid('a.txt');
    expect(
      (await caught(new Artifact('a', { handlers: [ground.handler] }).addReference(ground.uriOf('a.txt'))))
        .code,
    ).toBe('forbidden');
    expect((await caught(version.download({ root }))).code).toBe('forbidden');
    expect(existsSync(`${root}/a.txt`)).toBe(false);
    const { missing, unverified } = await version.checkReferences();
    expect([missing, unverified.map(({ path }) => path)]).toEqual([[], ['a.txt']]);
  });

  test('progress never falls, and ends with everything', async () => {
    await ground.put('big.bin', Buffer.alloc(200_000, 'big'));
    const version = await log(async (artifact) => {
      await artifact.newFile('stored.bin', Buffer.alloc(1000, 's'));
      await artifact.addReference(ground.uriOf('big.bin'));
    });
    ground.slowDown('big.bin');
    const events: ProgressEvent[] = [];
    await version.download({ root, onProgress: (event) => void events.push(event) });
    const loaded = events.map((event) => event.loaded);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(loaded.some((count) => count > 1000 && count < 201_000)).toBe(true);
    expect(events.filter(({ done }) => done)).toEqual([events.at(-1)]);
    expect(events.at(-1)).toMatchObject({ loaded: 201_000, total: 201_000, files: { done: 2, total: 2 } });
  });

  test('an abort in the middle rejects with its reason, and leaves no file', async () => {
    await ground.put('big.bin', Buffer.alloc(2_000_000, 'big'));
    const version = await log((artifact) =>
      artifact.addReference(ground.uriOf('big.bin'), { checksum: false }),
    );
    ground.slowDown('big.bin');
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ loaded }: ProgressEvent) => {
      if (loaded > 0) controller.abort(reason);
    };
    await expect(version.download({ root, signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(existsSync(`${root}/big.bin`)).toBe(false);
    await version.download({ root });
    expect(readFileSync(`${root}/big.bin`)).toHaveLength(2_000_000);
  });

  test('the installed package is found without any configuration', async () => {
    for (const [name, value] of Object.entries(ground.env ?? {})) vi.stubEnv(name, value);
    await ground.put('a.txt', Buffer.from('found'));
    const version = await withRun({ store: folder.join('store') }, (run) =>
      run.logArtifact(ground.uriOf('a.txt'), { name: 'references' }),
    );
    await version.download({ root });
    expect(readFileSync(`${root}/a.txt`, 'utf8')).toBe('found');
  });
}
