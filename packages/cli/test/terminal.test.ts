import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { inTerminal } from './support/terminal.js';

const place = testPlace();
const { cairn } = place;
const colored = '\u001b[36m';

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

describe('a table on a terminal', () => {
  test('has a heading, rounded sizes and colours', async () => {
    const { raw, text, code } = await inTerminal(place, ['ls']);
    expect(code).toBe(0);
    expect(text).toMatch(/^NAME {12}TYPE {5}LATEST {2}ALIASES {6}SIZE {2}UPDATED\n/);
    expect(text).toMatch(/weather {9}dataset {2}v1 +\d+\.\d KiB {2}(just now|1 minute ago)\n/);
    expect(raw).toContain(colored);
  });

  test('fits it, whatever its width, unless nothing is to be cut', async () => {
    const long = `a-name-${'x'.repeat(60)}`;
    await cairn(['alias', 'set', 'weather', long]);
    for (const columns of [20, 50, 70]) {
      const { text } = await inTerminal(place, ['ls'], { columns });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
      expect(text).toContain('…');
    }
    const { text } = await inTerminal(place, ['ls', '--no-truncate'], { columns: 300 });
    expect(text).toContain(long);
  });

  test('loses columns rather than names where it is narrow', async () => {
    const { text } = await inTerminal(place, ['ls'], { columns: 40 });
    expect(text).toMatch(/^NAME +LATEST {2}ALIASES/);
    expect(text).toContain('weather-result');
    const log = await inTerminal(place, ['log', 'weather-model', '--plot', 'accuracy'], { columns: 40 });
    expect(log.text).toMatch(/^VERSION +ALIASES +ACCURACY\nweather-model:v5 .*\d\n/);
    for (const line of [...text.split('\n'), ...log.text.split('\n')].slice(0, 6))
      expect(line.length).toBeLessThanOrEqual(40);
  });

  test('counts what a wide character takes', async () => {
    await cairn(['alias', 'set', 'weather-split', '数据数据数据数据数据数据数据数据数据数据']);
    const { default: stringWidth } = await import('string-width');
    const { text } = await inTerminal(place, ['ls'], { columns: 50 });
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(50);
  });

  test('is cut after what a person reads, and says so', async () => {
    for (const way of [
      ['--limit', '2'],
      ['-q', '--limit', '2'],
    ]) {
      const { text } = await inTerminal(place, ['ls', ...way]);
      expect(text.includes('2 of 4 shown; --all for the rest')).toBe(way.length === 2);
    }
    expect((await inTerminal(place, ['log', 'weather-model', '--limit', '3'])).text).toContain(
      '3 shown; --all',
    );
  });
});

describe('colour on a terminal', () => {
  test.each([
    [{ NO_COLOR: '1' }, []],
    [{ TERM: 'dumb' }, []],
    [{}, ['--no-color']],
  ])('is left out with %j %j', async (env, flags) => {
    const { raw } = await inTerminal(place, ['ls', ...flags], { env });
    expect(raw).not.toContain('\u001b[');
    expect(raw).toContain('NAME');
  });
});

test('help has bold headings on a terminal, and fits it', async () => {
  const { raw, text } = await inTerminal(place, ['ls', '--help'], { columns: 60 });
  expect(raw).toContain('\u001b[1mOptions:');
  const options = text.slice(text.indexOf('Options:'), text.indexOf('Examples:'));
  for (const line of options.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});

test('an error is red, and its exit code the same', async () => {
  const { raw, code } = await inTerminal(place, ['show', 'wether']);
  expect(raw).toContain('\u001b[31merror\u001b[39m [not_found]');
  expect(code).toBe(5);
});

test('a comparison is in columns', async () => {
  const { text } = await inTerminal(place, ['diff', 'weather-model:v0', 'weather-model:best']);
  expect(text).toMatch(
    /\nmetadata {2}2 changes\n {2}~ {2}accuracy {4}[\d.]+ → .*\n {2}~ {2}neighbours {2}\d/,
  );
  expect(text).not.toMatch(/ $/m);
});

test('a tree is cut where it would lose its shape', async () => {
  for (const args of [
    ['lineage', 'weather-result', '--up'],
    ['files', 'weather-split', '--tree'],
  ]) {
    const { text, code } = await inTerminal(place, args, { columns: 16 });
    expect(code).toBe(0);
    expect(text).toContain('…');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(16);
  }
  expect(
    (await inTerminal(place, ['lineage', 'weather-result', '--no-truncate'], { columns: 16 })).text,
  ).not.toContain('…');
});

test('a column with nothing in it is not shown', async () => {
  expect((await inTerminal(place, ['files', 'weather'])).text).toMatch(/^PATH +SIZE +DIGEST\n/);
  expect((await inTerminal(place, ['run', 'list'])).text).toMatch(/^RUN +JOB +STATE +STARTED +TOOK\n/);
});

test('doctor says in full what to do, however narrow it is', async () => {
  const { text, code } = await inTerminal(place, ['doctor'], {
    columns: 40,
    env: { CAIRN_STORE: 'http://127.0.0.1:9' },
  });
  expect(text).toMatch(/^wrong {2}server .*\n {7} +fix: [^\n]+[^…]$/m);
  expect(code).toBe(1);
});

test('no is an answer, and no error', async () => {
  const { text, code } = await inTerminal(place, ['rm', 'weather-model:v0'], {
    typing: [{ after: 'frees', keys: 'n' }],
  });
  expect(text).toMatch(/\nnothing was changed\n$/);
  expect(text).not.toContain('error');
  expect(code).toBe(130);
});

test('texts of other people do not steer the terminal', async () => {
  await cairn(['edit', 'weather', '-d', 'fine \u001b[2J\u001b]0;owned\u0007', '-m', 'x=\u001b[2J']);
  for (const args of [
    ['show', 'weather'],
    ['log', 'weather'],
    ['diff', 'weather:v0', 'weather:v1'],
  ]) {
    const { raw } = await inTerminal(place, args);
    expect(raw).not.toContain('\u001b[2J');
    expect(raw).not.toContain('\u001b]0;');
  }
});

test('Ctrl-C stops in order', async () => {
  const { text, code } = await inTerminal(place, ['demo', '--store', 'stopped'], {
    typing: [{ after: 'weather:v0', keys: '\u0003' }],
  });
  expect(text).toContain('stopping; once more to quit at once');
  expect(text).toContain('stopped; what was logged by then stays');
  expect(code).toBe(130);
});
