import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

// One project per workspace, named after its folder: `npx vitest run --project store`; and the consumers of e2e.
// Imports of @cairn/* go to the sources, so no unit test needs a build.

const root = fileURLToPath(new URL('.', import.meta.url));
const { workspaces = [] } = readJson(root);
const folders = workspaces
  .flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [join(root, pattern)];
    const parent = join(root, pattern.slice(0, -2));
    return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  })
  .filter((folder) => existsSync(join(folder, 'package.json')));

// With this, each run leaves a report in that folder, so that .ci/run can count its tests.
const reports = process.env.CAIRN_TEST_REPORTS;

// Whose tests leave nothing behind in their process: their files share it, and load what they import once.
const sharing = new Set(['core', 'file', 'gs', 'http', 's3']);

interface Manifest {
  name: string;
  workspaces?: string[];
  exports?: Record<string, Target>;
  imports?: Record<string, Target>;
}

type Target = string | { node?: string; default: string };

export default defineConfig({
  resolve: { alias: folders.flatMap(aliases) },
  test: {
    passWithNoTests: true,
    globalSetup: join(root, 'vitest.scratch.ts'),
    reporters: reports === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: join(reports ?? '', `${process.pid}.json`) },
    // How long a test may hang, on a machine with much else to do; no figure of anything.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      ...folders.map((folder) => project(basename(folder), folder, '{src,test}/**/*.test.ts')),
      project('consumers', join(root, 'e2e'), 'consumers/*.test.ts'),
    ],
  },
});

function project(name: string, folder: string, include: string): TestProjectConfiguration {
  return { extends: true, root: folder, test: { name, include: [include], isolate: !sharing.has(name) } };
}

/** `./dist/x.js` in a package's exports and imports is `src/x.ts` in this repository. */
function aliases(folder: string): { find: RegExp; replacement: string }[] {
  const { name, exports = {}, imports = {} } = readJson(folder);
  const entries = [
    ...Object.entries(exports).map(([key, to]): [string, Target] => [name + key.slice(1), to]),
    ...Object.entries(imports),
  ];
  return entries.flatMap(([specifier, to]) => {
    if (typeof to === 'string') return []; // ./package.json
    const built = to.node ?? to.default;
    const source = built.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    return [{ find: new RegExp(`^${specifier}$`), replacement: join(folder, source) }];
  });
}

function readJson(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
