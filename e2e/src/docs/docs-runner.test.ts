import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkBlock } from './check-block.js';
import { printsAsTold } from './expected-output.js';
import { outputByBlock, pageProgram } from './page-program.js';
import { parsePage } from './read-page.js';
import { openWorkshop, type Workshop } from './workshop.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let workshop: Workshop;
beforeAll(() => {
  workshop = openWorkshop(root);
});
afterAll(() => workshop.close());

const page = parsePage(
  'page.md',
  [
    '# Title',
    '```ts',
    "import { writeFileSync, readFileSync } from 'node:fs';",
    "import { quote } from '@cairn/core';",
    "writeFileSync('größe.txt', quote('12 kB'));",
    "console.log('written');",
    '```',
    'It prints:',
    '```text',
    'written',
    '```',
    'Then',
    '```ts',
    'import {',
    '  readFileSync,',
    '  existsSync as exists,',
    "} from 'node:fs';",
    "console.log(exists('größe.txt'), readFileSync('größe.txt', 'utf8'));",
    '```',
    '## Other',
    '```text',
    'a picture',
    '```',
  ].join('\n'),
);

test('the blocks of a page are one program, which prints block by block', async () => {
  const program = pageProgram(page);
  expect(await workshop.compile(new Map([['page.md', program]]))).toEqual(new Map([['page.md', []]]));
  const { status, stdout, stderr } = await workshop.run('page.md', program);
  expect(status, stderr).toBe(0);
  expect([...outputByBlock(page, stdout).values()]).toEqual(['written\n', 'true "12 kB"\n']);
});

test('a text block is the output of the program before it, under the same heading', () => {
  expect(page.blocks.map(({ output }) => output)).toEqual(['written\n', undefined, undefined, undefined]);
});

test('errors name the line of the page', async () => {
  const broken = parsePage(
    'broken.md',
    [
      'Text',
      '```ts',
      'const size: number = await Promise.resolve("x");',
      'throw new Error(String(size));',
      '```',
    ].join('\n'),
  );
  const program = pageProgram(broken);
  const errors = await workshop.compile(new Map([['broken.md', program]]));
  expect(errors.get('broken.md')).toEqual([expect.stringMatching(/^3: TS2322/)]);
  const { status, stderr } = await workshop.run('broken.md', program);
  expect(status).toBe(1);
  expect(stderr).toContain('broken.md:4:');
});

test.each([
  ['v0 (3 new)\n', 'v0 (3 new)', true],
  ['run k3f9 in 12 ms', 'run … in … ms\n', true],
  ['run  in 12 ms', 'run … in … ms', false],
  ['run a\nin 12 ms', 'run … ms', false],
  ['v0 (3 new)', 'v0 .3 new.', false],
  ['v0\nv1', 'v0', false],
])('%j is told by %j: %s', (printed, told, expected) => {
  expect(printsAsTold(printed, told)).toBe(expected);
});

test.each([
  ['```sh\nnpm test   # every test\n```', []],
  ['```sh\nnpm run demo\nnpm run demon\n```', ['no test runs npm run demon']],
  ['```json\n{ "a": 1 }\n```', []],
  ['```json\n{ a: 1 }\n```', [expect.stringMatching(/^not JSON: { a: 1 }/)]],
  ['```jsonl\n{}\n[]\n```', []],
  ['```jsonl\n{}\n[\n```', [expect.stringMatching(/^not JSON: \[/)]],
  ['```\na\n```', ['nothing runs a block that names no language']],
  ['    indented', ['nothing runs a block that names no language']],
  ['```cobol\na\n```', ['nothing runs cobol']],
  ['```mermaid\ngraph\n```', []],
  ['```json e2e/turbo.jsonc\n{}\n```', ['there is no e2e/turbo.jsonc']],
  ['```ts e2e/src/docs/commands.ts\nlet a;\n```', ['differs from e2e/src/docs/commands.ts']],
])('%j has these faults: %j', (markdown, faults) => {
  expect(parsePage('page.md', markdown).blocks.flatMap((block) => checkBlock(root, block))).toEqual(faults);
});
