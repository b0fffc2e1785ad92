import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CairnError } from '@cairn/core';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Artifact, withRun } from '../src/index.js';
import { memoryStoreWithFiles } from './support/memory-store.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-from-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Contents = ReadonlyMap<string, string>;
type Step =
  | {
      readonly kind: 'add';
      readonly files: Contents;
      readonly asFolder: boolean;
      readonly overwrite: boolean;
    }
  | { readonly kind: 'remove'; readonly path: string };

/** What a step makes of some contents, or the code of its error. */
function apply(before: Contents, step: Step): Contents | string {
  const after = new Map(before);
  if (step.kind === 'remove') {
    const { path } = step;
    if (after.delete(path)) return after;
    for (const other of before.keys()) if (other.startsWith(`${path}/`)) after.delete(other);
    return after.size === before.size ? 'not_found' : after;
  }
  for (const [path, text] of step.files) {
    const clashes = [...after.keys()].some(
      (other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
    );
    if (clashes) return 'path_conflict';
    if (after.has(path) && after.get(path) !== text && !step.overwrite) return 'path_conflict';
    after.set(path, text);
  }
  return after;
}

let folders = 0;
async function take(artifact: Artifact, step: Step): Promise<string | undefined> {
  try {
    if (step.kind === 'remove') await artifact.remove(step.path);
    else if (step.asFolder) await artifact.addDir(await folderOf(step.files), { overwrite: step.overwrite });
    else {
      // One by one, they are not all or nothing.
      for (const [path, text] of step.files)
        await artifact.newFile(path, text, { overwrite: step.overwrite });
    }
    return undefined;
  } catch (error) {
    if (error instanceof CairnError) return error.code;
    throw error;
  }
}

async function folderOf(files: Contents): Promise<string> {
  const root = join(folder, String(folders++));
  await mkdir(root);
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function draftOf(contents: Contents): Promise<Artifact> {
  const artifact = new Artifact('a');
  for (const [path, text] of contents) await artifact.newFile(path, text);
  return artifact;
}

const paths = [
  'a',
  'a/b',
  'a/b/c',
  'a/b/d',
  'a/e',
  'b',
  'b/c',
  'b/d',
  'c',
  'é/c',
  'é/\u{10ffff}',
  'é/\u{10ffff}/x',
];
const texts = fc.constantFrom('one', 'two', 'three');
/** Some files, none of them the folder of another. */
const contents = (max: number) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...paths), texts), { selector: ([path]) => path, maxLength: max })
    .map((files) => {
      const kept = new Map<string, string>();
      for (const [path, text] of files) {
        const step = {
          kind: 'add',
          files: new Map([[path, text]]),
          asFolder: false,
          overwrite: false,
        } as const;
        if (typeof apply(kept, step) !== 'string') kept.set(path, text);
      }
      return kept as Contents;
    });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    files: contents(1),
    asFolder: fc.constant(false),
    overwrite: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('add' as const),
    files: contents(5),
    asFolder: fc.constant(true),
    overwrite: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('remove' as const), path: fc.constantFrom(...paths, 'é') }),
);

test('a draft of a version takes the steps that one with the same files would, and becomes the same version', async () => {
  await fc.assert(
    fc.asyncProperty(
      contents(8),
      fc.array(step, { maxLength: 6 }),
      fc.boolean(),
      async (before, steps, isGone) => {
        const store = memoryStoreWithFiles();
        await withRun({ store }, async (run) => {
          const version = await run.logArtifact(await draftOf(before));
          const draft = Artifact.from(version);
          let now = before;
          for (const step of steps) {
            const next = apply(now, step);
            expect(await take(draft, step)).toBe(typeof next === 'string' ? next : undefined);
            if (typeof next !== 'string') now = next;
          }
          // What a deleted version held is looked for one by one.
          if (isGone) await version.delete({ deleteAliases: true });
          const logged = await run.logArtifact(draft);
          expect(logged.files.new + logged.files.reused).toBe(now.size);
          expect(logged.bytes.new + logged.bytes.reused).toBe([...now.values()].join('').length);
          const other = await withRun({ store: memoryStoreWithFiles() }, async (run) =>
            run.logArtifact(await draftOf(now)),
          );
          expect(logged.digest).toBe(other.digest);
          expect(logged.entryCount).toBe(now.size);
          // It holds the same when it is logged again, and elsewhere.
          const again = await withRun({ store: memoryStoreWithFiles() }, (run) => run.logArtifact(draft));
          expect(again.digest).toBe(other.digest);
          const kept = await run.logArtifact(draft);
          expect(kept).toMatchObject({ digest: other.digest, files: { new: 0, reused: now.size } });
        });
      },
    ),
    { numRuns: 150 },
  );
});

/** A version of some files, after some steps. */
async function changed(before: Contents, ...steps: Step[]) {
  return withRun({ store: memoryStoreWithFiles() }, async (run) => {
    const draft = Artifact.from(await run.logArtifact(await draftOf(before)));
    const codes: (string | undefined)[] = [];
    for (const step of steps) codes.push(await take(draft, step));
    const { files, bytes, digest } = await run.logArtifact(draft);
    return { codes, files, bytes, digest };
  });
}

const addFolder = (files: Record<string, string>): Step => ({
  kind: 'add',
  files: new Map(Object.entries(files)),
  asFolder: true,
  overwrite: true,
});

test('a folder that can not be added as a whole hides nothing of the version', async () => {
  const before = new Map([
    ['a', 'one'],
    ['d/f', 'two'],
  ]);
  const { codes, files, digest } = await changed(before, addFolder({ a: 'three', 'd/f/g': 'x' }));
  expect(codes).toEqual(['path_conflict']);
  expect(files).toEqual({ new: 0, reused: 2 });
  expect(digest).toBe((await changed(before)).digest);
});

test('what was removed counts once when its folder is filled again', async () => {
  const before = new Map([
    ['d/f', 'one'],
    ['d/g', 'two'],
  ]);
  const remove = { kind: 'remove', path: 'd' } as const;
  const { codes, files, bytes } = await changed(before, remove, addFolder({ 'd/f': 'three' }));
  expect(codes).toEqual([undefined, undefined]);
  expect(files).toEqual({ new: 1, reused: 0 });
  expect(bytes).toEqual({ new: 5, reused: 0 });
});
