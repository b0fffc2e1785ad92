import type { Store } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { Api, Artifact, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { all, log } from './support/versions.js';

let store: Store;

beforeEach(() => {
  store = memoryStoreWithFiles();
});

function artifactWith(text: string, type = 'dataset'): Artifact {
  const artifact = new Artifact('data', { type });
  void artifact.newFile('file', text);
  return artifact;
}

describe('using a version', () => {
  test('records an input, once, and nothing when it fails', async () => {
    await log(store, artifactWith('1'));
    await withRun({ store }, async (run) => {
      await run.useArtifact('data:v0');
      await run.useArtifact('data', { type: 'dataset' });
      expect((await caught(run.useArtifact('data', { type: 'model' }))).code).toBe('type_mismatch');
      expect((await caught(run.useArtifact('data:v7'))).code).toBe('not_found');
      expect((await all(run.usedArtifacts())).map(String)).toEqual(['local/default/data:v0']);
      expect(await all(run.loggedArtifacts())).toEqual([]);
    });
    expect(await all((await new Api({ store }).artifact('data')).usedBy())).toHaveLength(1);
  });

  test('takes the run’s entity and project where none is named', async () => {
    await withRun({ store, entity: 'acme', project: 'bikes' }, async (run) => {
      await run.logArtifact(artifactWith('1'));
      expect(`${await run.useArtifact('data')}`).toBe('acme/bikes/data:v0');
    });
    await withRun({ store }, async (run) => {
      expect((await caught(run.useArtifact('data'))).message).toContain('local/default');
    });
  });

  test('an abort rejects with its reason', async () => {
    await withRun({ store }, async (run) => {
      const signal = AbortSignal.abort(new Error('stop'));
      await expect(run.useArtifact('data', { signal })).rejects.toThrow('stop');
      await expect(run.useArtifact(artifactWith('1'), { signal })).rejects.toThrow('stop');
    });
  });
});

describe('using a draft', () => {
  test('stores it first if its content is not there, as an input alone', async () => {
    await withRun({ store }, async (run) => {
      expect(await run.useArtifact(artifactWith('1'))).toMatchObject({ version: 'v0', created: true });
      expect(await run.useArtifact(artifactWith('1'))).toMatchObject({ version: 'v0', created: false });
      expect(await all(run.usedArtifacts())).toHaveLength(1);
      expect(await all(run.loggedArtifacts())).toEqual([]);
    });
    expect(await (await new Api({ store }).artifact('data')).loggedBy()).toBeUndefined();
  });

  test('moves no alias of a version that is there', async () => {
    await log(store, artifactWith('1'));
    await log(store, artifactWith('2'));
    await withRun({ store }, (run) => run.useArtifact(artifactWith('1')));
    expect((await new Api({ store }).artifact('data')).version).toBe('v1');
  });

  test('makes it final, and takes its place in line', async () => {
    await withRun({ store }, async (run) => {
      const [a, b, c] = [artifactWith('a'), artifactWith('b'), artifactWith('c')];
      const versions = await Promise.all([run.logArtifact(a), run.useArtifact(b), run.logArtifact(c)]);
      expect(versions.map(({ version }) => version)).toEqual(['v0', 'v1', 'v2']);
      expect((await caught(b.newFile('x', 'x'))).code).toBe('artifact_finalized');
    });
  });

  test('of another type than its collection is type_mismatch', async () => {
    await log(store, artifactWith('1'));
    await withRun({ store }, async (run) => {
      const draft = artifactWith('2', 'model');
      expect((await caught(run.useArtifact(draft))).code).toBe('type_mismatch');
      draft.type = 'dataset';
      expect(await run.useArtifact(draft)).toMatchObject({ version: 'v1' });
    });
  });
});

test('what is no artifact of this copy of the sdk is a TypeError that says so', async () => {
  await withRun({ store }, async (run) => {
    const other = { name: 'a', addFile() {} } as never;
    await expect(run.logArtifact(other)).rejects.toThrow(/copy of @cairn\/sdk/);
    await expect(run.useArtifact(other)).rejects.toThrow(/copy of @cairn\/sdk/);
  });
});
