import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, openProject, type Project } from './project.js';
import { openRegistry, type Registry } from './registry.js';

let registry: Registry;
let project: Project;

beforeAll(async () => {
  registry = await openRegistry();
  project = openProject(registry, { type: 'module' });
});

afterAll(async () => {
  project.close();
  await registry.close();
});

test('core alone installs next to nothing', async () => {
  await project.shell('npm i @cairn/core');
  const installed = (await project.shell('npm ls --all --parseable --omit=optional')).trim().split('\n');
  const names = installed.slice(1).map((folder) => folder.replace(/^.*\/node_modules\//, ''));
  expect(names.filter((name) => !name.startsWith('@napi-rs/')).sort()).toEqual(['@cairn/core', 'hash-wasm']);
});

test('its types are complete and strict, without those of Node', async () => {
  project.copy('e2e/consumers/core/main.ts', 'src/main.ts');
  await compile(project, 'src', { lib: ['ES2023', 'ESNext.Disposable', 'WebWorker'], types: [] });
});

test('it builds a manifest in memory', async () => {
  expect(await project.shell('node src/main.js')).toBe('2 entries, 12 bytes: b/c.txt\n');
});
