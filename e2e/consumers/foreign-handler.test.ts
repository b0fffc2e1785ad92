import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageProgram } from '../src/docs/page-program.js';
import { readPage } from '../src/docs/read-page.js';
import { untrueOutputs } from '../src/docs/untrue-outputs.js';
import { compile, openProject, type Project, root } from './project.js';
import { openRegistry, type Registry } from './registry.js';

// A third party follows docs/writing-a-handler.md in a repository of its own.

const page = readPage(root, 'docs/writing-a-handler.md');
const [packageJson = '', tsconfig = ''] = page.blocks
  .filter(({ language }) => language === 'json')
  .map(({ text }) => text);

let registry: Registry;
let project: Project;

beforeAll(async () => {
  registry = await openRegistry();
  project = openProject(registry, JSON.parse(packageJson));
});

afterAll(async () => {
  project.close();
  await registry.close();
});

test('its packages install as the page says', async () => {
  await project.shell('npm i @cairn/core @cairn/http');
  await project.shell('npm i -D @cairn/conformance @types/node typescript vitest');
});

test('its own compiler builds it', async () => {
  project.copy('examples/handler-hf/src', 'src');
  project.write('tsconfig.json', tsconfig);
  await project.shell('npx tsc');
});

test('the kit passes there', async () => {
  project.copy('examples/handler-hf/test', 'test');
  expect(await project.shell('npx vitest run')).toMatch(/Tests .*passed/);
});

test('the sdk logs and downloads with it', async () => {
  await project.shell('npm i -D @cairn/sdk');
  project.write('use/use.ts', pageProgram(page));
  await compile(project, 'use', { types: ['node'] });
  expect(page.blocks.some(({ output }) => output !== undefined)).toBe(true);
  expect(untrueOutputs(page, await project.shell('node use/use.js'))).toEqual([]);
});
