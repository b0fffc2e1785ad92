import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBlock } from '../src/docs/check-block.js';
import { pageProgram } from '../src/docs/page-program.js';
import { isProgram, readPage } from '../src/docs/read-page.js';
import { untrueOutputs } from '../src/docs/untrue-outputs.js';
import { openWorkshop, type Workshop } from '../src/docs/workshop.js';

// The pages of this repository say nothing that was not tried: programs are compiled and run, what they print is
// compared, commands are those that .ci/run and the tests run.

const root = fileURLToPath(new URL('../..', import.meta.url));
const paths = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const pages = paths.map((path) => readPage(root, path));
const programs = new Map(
  pages.filter(({ blocks }) => blocks.some(isProgram)).map((page) => [page.path, pageProgram(page)]),
);

let workshop: Workshop;
let typeErrors: Awaited<ReturnType<Workshop['compile']>>;

beforeAll(async () => {
  workshop = openWorkshop(root);
  typeErrors = await workshop.compile(programs);
});

afterAll(() => workshop.close());

describe.each(pages)('$path', (page) => {
  const program = programs.get(page.path);

  if (program !== undefined) {
    test('its programs compile', () => {
      expect(typeErrors.get(page.path)).toEqual([]);
    });

    test('its programs run and print what it says', async () => {
      const { status, stdout, stderr } = await workshop.run(page.path, program);
      expect(status, stderr).toBe(0);
      expect(untrueOutputs(page, stdout)).toEqual([]);
    });
  }

  test('its other blocks are what they claim', () => {
    const wrong = page.blocks.flatMap((block) =>
      checkBlock(root, block).map((what) => `line ${block.start}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });

  test('its links lead somewhere', () => {
    const broken = page.links
      .filter((link) => !/^([a-z]+:|#)/.test(link))
      .filter((link) => !existsSync(join(root, dirname(page.path), link.replace(/#.*$/, ''))));
    expect(broken).toEqual([]);
  });
});
