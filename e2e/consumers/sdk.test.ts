import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageProgram } from '../src/docs/page-program.js';
import { readPage } from '../src/docs/read-page.js';
import { untrueOutputs } from '../src/docs/untrue-outputs.js';
import { compile, openProject, type Project, root } from './project.js';
import { openRegistry, type Registry } from './registry.js';

const readme = readPage(root, 'README.md');

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

test('the sdk installs with one command', async () => {
  await project.shell('npm i @cairn/sdk');
  await project.shell('npm i -D @types/node');
});

test('the code of the README compiles, with the declarations of all packages', async () => {
  project.write('readme/main.ts', pageProgram(readme));
  await compile(project, 'readme', { types: ['node'] });
});

test('the code of the README prints what it says', async () => {
  expect(untrueOutputs(readme, await project.shell('node readme/main.js'))).toEqual([]);
});

test('a scheme whose package is not installed is refused, and names the command that installs it', async () => {
  project.copy('e2e/consumers/sdk/missing-handler.ts', 'missing/main.ts');
  await compile(project, 'missing', { types: ['node'] });
  expect(await project.shell('node missing/main.js')).toBe(
    'handler_missing Install it: npm i @cairn/gs\nuri:foo://bucket/model.h5\n',
  );
});
