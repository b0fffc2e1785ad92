import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryHandler } from '@cairn/core/memory';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { caught } from '../test/support/caught.js';
import { createHandlers, loadHandler } from './handlers.js';

/** Where Node looks for packages that this file imports. */
const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
let count = 0;
let name: string;
let folder: string;

beforeEach(() => {
  // A module is loaded once in a process, so each test needs a package of its own.
  name = `cairn-test-${process.pid}-${count++}`;
  folder = join(modules, name);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(source: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: './index.js' }),
  );
  writeFileSync(join(folder, 'index.js'), source);
}

test('own handlers come before those that are built in', async () => {
  const own = { ...memoryHandler(), schemes: ['file'] };
  expect(await createHandlers([own]).find('file:///x')).toBe(own);
  expect((await createHandlers().find('file:///x'))?.name).toBe('file');
  expect(createHandlers().schemes).toEqual(['file', 'gs', 'http', 'https', 's3']);
});

test('a package that is not installed is handler_missing, naming what to install', async () => {
  expect(await caught(loadHandler(name, 'handler'))).toMatchObject({
    code: 'handler_missing',
    message: expect.stringContaining(name),
    hint: `Install it: npm i ${name}`,
  });
});

test('a package that is there is used', async () => {
  install('export const handler = () => ({ specVersion: 1, name: "there", schemes: ["there"] });');
  expect((await loadHandler(name, 'handler')).name).toBe('there');
});

test('a package that is broken says itself what is wrong', async () => {
  install('throw new RangeError("broken inside");');
  await expect(loadHandler(name, 'handler')).rejects.toThrow('broken inside');
});

test('a package that misses another one does too', async () => {
  install('import "cairn-test-missing-dependency";');
  const error = await loadHandler(name, 'handler').catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
});
