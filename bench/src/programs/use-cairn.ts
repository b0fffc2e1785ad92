import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { Api, Artifact, withRun } from '@cairn/sdk';

// One step of a user's: each is a process of its own, with a run of its own where it logs or uses.
const [mode = '', store = '', folder = ''] = process.argv.slice(2);
const steps: Readonly<Record<string, () => Promise<Record<string, number>>>> = {
  add,
  restore,
  change,
  diff,
  page,
};

if (mode === 'version') {
  const manifest = createRequire(import.meta.url).resolve('@cairn/sdk/package.json');
  console.log(JSON.parse(readFileSync(manifest, 'utf8')).version);
} else {
  console.log(JSON.stringify(await steps[mode]?.()));
}

function add(): Promise<Record<string, number>> {
  return withRun({ store }, async (run) => {
    const artifact = new Artifact('data', { type: 'dataset' });
    await artifact.addDir(folder);
    const { entryCount } = await run.logArtifact(artifact);
    return { entryCount };
  });
}

function restore(): Promise<Record<string, number>> {
  return withRun({ store }, async (run) => {
    const version = await run.useArtifact('data:latest');
    await version.download({ root: folder });
    return { entryCount: version.entryCount };
  });
}

/** A version with other contents of the files that are in the folder. */
function change(): Promise<Record<string, number>> {
  return withRun({ store }, async (run) => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const paths = files.map((file) => join(file.parentPath, file.name));
    const start = performance.now();
    const artifact = Artifact.from(await run.useArtifact('data:latest'));
    const names = (path: string) => relative(folder, path).replaceAll('\\', '/');
    await Promise.all(paths.map((path) => artifact.addFile(path, { name: names(path), overwrite: true })));
    await run.logArtifact(artifact);
    return { change: performance.now() - start };
  });
}

async function diff(): Promise<Record<string, number>> {
  const api = new Api({ store });
  const before = await api.artifact('data:v0');
  const after = await api.artifact('data:v1');
  const start = performance.now();
  const { changed } = await before.diff(after);
  return { diff: performance.now() - start, changed: changed.length };
}

/** 100 entries of a folder in the middle; no more is read of the manifest than they need. */
async function page(): Promise<Record<string, number>> {
  const version = await new Api({ store }).artifact('data:latest');
  const part = String(Math.floor(version.entryCount / 2000)).padStart(4, '0');
  const start = performance.now();
  let entryCount = 0;
  for await (const _ of version.entries({ prefix: `part-${part}/` })) {
    entryCount++;
    if (entryCount === 100) break;
  }
  return { page: performance.now() - start, entryCount };
}
