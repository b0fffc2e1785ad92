import { beforeAll, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { expectRecord } from './support/matches-record.js';

const place = testPlace();
const { cairn } = place;

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

/** What a command prints, when it succeeds in silence. */
async function out(...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await cairn(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function lines(...args: string[]): Promise<string[][]> {
  return (await out(...args))
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

async function json(...args: string[]) {
  return JSON.parse(await out(...args, '--json'));
}

test('ls lists collections in lines of exact values', async () => {
  const rows = await lines('ls');
  expect(rows.map(([name, type, latest, aliases]) => [name, type, latest, aliases])).toEqual([
    ['weather', 'dataset', 'v1', ''],
    ['weather-model', 'model', 'v5', 'best'],
    ['weather-result', 'result', 'v1', ''],
    ['weather-split', 'dataset', 'v1', ''],
  ]);
  for (const [, , , , size, updated] of rows) {
    expect(Number(size)).toBeGreaterThan(0);
    expect(new Date(updated ?? '').toISOString()).toBe(updated);
  }
});

test('ls sorts, limits and filters collections', async () => {
  expect(await out('ls', '-q', '--sort', '-versions', '--limit', '1')).toBe('weather-model\n');
  expect(await out('ls', '-q', '--sort', '-size', '--limit', '1')).toBe('weather-model\n');
  expect(await out('ls', '-q', '--type', 'result')).toBe('weather-result\n');
  expect(await out('ls', '-q', '--type', 'nothing')).toBe('');
});

test('ls lists the versions of a collection, and those for which a query holds', async () => {
  expect(await out('ls', '-q', 'weather')).toBe('weather:v1\nweather:v0\n');
  expect(await out('ls', '-q', 'local/default/weather', '--sort', 'version')).toBe(
    'weather:v0\nweather:v1\n',
  );
  expect(await out('ls', '-q', '--where', 'metadata.neighbours=5 name:weather-model')).toBe(
    'weather-model:v4\nweather-model:v1\n',
  );
});

test('ls takes a project for what is no collection', async () => {
  expect(await out('ls', '-q', 'default')).toBe(await out('ls', '-q'));
  expect(await out('ls', '-q', 'local/default')).toBe(await out('ls', '-q'));
});

test('ls says of a project that there is not that it is that', async () => {
  const { stderr, code } = await cairn(['ls', 'local/defalt']);
  expect(stderr).toContain('there is no project "local/defalt"');
  expect(stderr).toContain('cairn project list');
  expect(code).toBe(5);
  expect((await cairn(['ls', 'default/wether'])).stderr).toContain('Did you mean "weather"');
});

test('an empty list is no error', async () => {
  const { code, stdout, stderr } = await cairn(['ls', '-p', 'empty']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('nothing is logged');
});

test('what --json prints is what is documented', async () => {
  for (const each of await json('ls')) expectRecord(each, 'collection');
  for (const each of await json('ls', 'weather-model')) expectRecord(each, 'version');
  for (const each of await json('log', 'weather-model')) expectRecord(each, 'version');
  for (const each of await json('log', 'weather', '--plot', 'accuracy'))
    expectRecord(each, 'plotted version');
  expectRecord(await json('show', 'weather-model'), 'version with its runs');
  for (const each of await json('files', 'weather-split')) expectRecord(each, 'entry');
  const diff = await json('diff', 'weather-split:v0', 'weather-split:v1');
  expectRecord(diff, 'diff');
  expectRecord(diff.changed[0].before, 'entry');
  expectRecord(await json('lineage', 'weather-result'), 'lineage');
  for (const each of await json('alias', 'ls')) expectRecord(each, 'alias');
  expectRecord(await json('status'), 'status');
  expectRecord(await json('version'), 'release');
  expect((await cairn(['ls', '-p', 'empty', '--json'])).stdout).toBe('[]\n');
});

test('--json=… prints the named fields alone', async () => {
  expect(JSON.parse(await out('show', 'weather:v0', '--json=version,name'))).toEqual({
    version: 'v0',
    name: 'weather',
  });
  const { code, stderr } = await cairn(['show', 'weather', '--json=nmae']);
  expect(code).toBe(2);
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'usage', hint: expect.stringContaining('name') });
});

test('show says all about a version', async () => {
  const { stdout, stderr } = await cairn(['show', 'weather-model:best']);
  expect(stdout).toMatch(/^weather-model:v\d {2}model {2}local\/default\n/);
  expect(stdout).toMatch(/digest {5}blake3:[0-9a-f]{64}\n/);
  expect(stdout).toContain('aliases    best');
  expect(stdout).toMatch(/logged by {2}run \w+ {2}\(train, finished, /);
  expect(stdout).toMatch(/neighbours {2}\d+\n$/);
  expect(stderr).toMatch(/run\.useArtifact\('local\/default\/weather-model:v\d'\)/);
});

test('log shows the newest first, and how a value went', async () => {
  expect(await out('log', 'weather', '-q')).toBe('weather:v1\nweather:v0\n');
  const { stdout, stderr } = await cairn(['log', 'weather-model', '--plot', 'metadata.accuracy']);
  const accuracies = stdout
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.split('\t').at(-1)));
  expect(accuracies).toHaveLength(6);
  expect(Math.min(...accuracies)).toBeGreaterThan(0.3);
  expect(stderr).toMatch(/^accuracy {2}v0 [▁-█]{6} v5 {2}0\.\d+ – 0\.\d+\n$/);
});

test('files lists entries, a folder of them, or one', async () => {
  expect((await lines('files', 'weather-split')).map(([path]) => path)).toEqual(['test.csv', 'train.csv']);
  expect(await out('files', 'weather-split', 'test.csv', '-q')).toBe('test.csv\n');
  expect((await cairn(['files', 'weather-split', 'tset.csv'])).code).toBe(5);
  expect((await cairn(['files', 'weather-split', 'none/'])).code).toBe(5);
});

test('diff shows files and metadata, and tells by its exit code when asked', async () => {
  const [file, metadata] = await lines('diff', 'weather:v0', 'weather:v1');
  expect(file?.slice(0, 3)).toEqual(['file', '~', 'weather.csv']);
  expect(metadata).toEqual(['metadata', '~', 'years', '2', '4']);
  expect(await out('diff', 'weather:v0', 'weather:v1', '-q')).toBe('weather.csv\nyears\n');
  expect(await out('diff', 'weather:v0', 'weather:v1', '-q', '--metadata')).toBe('years\n');
  expect((await cairn(['diff', 'weather:v0', 'weather:v1', '--exit-code'])).code).toBe(1);
  expect(await out('diff', 'weather', 'weather:v1', '--exit-code')).toBe('');
});

test('lineage draws a tree that ends where the data came from', async () => {
  const tree = await out('lineage', 'weather-result', '--up');
  const shape = tree.replace(/run \w+/g, 'run').replace(/, [^,)]+\)/g, ')');
  expect(shape.split('\n').slice(0, 5)).toEqual([
    'weather-result:v1  result',
    '└─ run  (evaluate, finished)',
    '   ├─ weather-split:v1  dataset',
    '   │  └─ run  (preprocess, finished)',
    '   │     └─ weather:v1  dataset',
  ]);
  expect(tree).toContain('(above)');
  const down = await out('lineage', 'weather:v0', '--down');
  expect(down).toContain('weather-result:v0');
  expect(down).not.toContain('collect');
  expect(await out('lineage', 'weather:v0')).toContain('what was made of it');
});

test('lineage says that there is more beyond its depth', async () => {
  const { stderr } = await cairn(['lineage', 'weather-result', '--up', '--depth', '1']);
  expect(stderr).toContain('4 more not shown');
});

test('lineage as dot and mermaid has every node and edge', async () => {
  const { nodes, edges } = await json('lineage', 'weather-result');
  const dot = await out('lineage', 'weather-result', '--format', 'dot');
  expect(dot.match(/\[label=/g)).toHaveLength(nodes.length);
  expect(dot.match(/ -> /g)).toHaveLength(edges.length);
  const mermaid = await out('lineage', 'weather-result', '--format', 'mermaid');
  expect(mermaid).toMatch(/^flowchart LR\n/);
  expect(mermaid.match(/ --> /g)).toHaveLength(edges.length);
});

test('a second demo logs nothing', async () => {
  const before = await out('ls', '--json');
  const { code, stderr } = await cairn(['demo']);
  expect(code).toBe(0);
  expect(stderr).toBe('the demo is here already\n');
  expect(await out('ls', '--json')).toBe(before);
});
