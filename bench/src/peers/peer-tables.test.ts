import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isMet } from '../bench.js';
import { readBlock, replaceBlock } from './marked-block.js';
import type { PeerSample } from './measure-peer.js';
import { gatherMeasures, type PeerReport, type Taken } from './peer-report.js';
import { peerRows } from './peer-rows.js';
import { fullTables, readmeSection } from './peer-tables.js';

const sample = (cpuS: number, more: Partial<PeerSample> = {}): PeerSample => ({
  cpuS,
  wallS: 3,
  peakMB: 120,
  writtenMB: 500,
  objects: 1234,
  storedMB: 460,
  diskMB: 470,
  newMB: 460,
  newObjects: 1234,
  rewrittenMB: 0,
  metrics: {},
  ...more,
});
const taken: readonly Taken[] = [
  { set: 'A', tool: 'Cairn', step: 'add', sample: sample(5) },
  { set: 'A', tool: 'Cairn', step: 'restoreAgain', sample: sample(1, { rewrittenMB: 0.5 }) },
  { set: 'A', tool: 'slow', step: 'add', sample: sample(30) },
  { set: 'A', tool: 'late', step: 'add', note: 'stopped after 60 s' },
  { set: 'A', tool: 'Cairn', step: 'add', sample: sample(4) },
  { set: 'A', tool: 'slow', step: 'add', sample: sample(10) },
  { set: 'A', tool: 'Cairn', step: 'add', sample: sample(100) },
  { set: 'C', tool: 'Cairn', step: 'page', sample: sample(0.1, { metrics: { page: 7.5, entryCount: 100 } }) },
];
const measures = gatherMeasures(taken);
const report: PeerReport = {
  name: 'peers',
  date: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'Some CPU', cores: 2, node: 'v20.0.0', hash: 'wasm' },
  scale: 1,
  rounds: 3,
  limit: 60,
  tools: { Cairn: '0.1.0', slow: 'slow 1', late: 'late 2' },
  missing: ['gone'],
  rows: [],
  measures,
};

test('rounds become medians, and ratios to Cairn', () => {
  const of = (tool: string) => measures.find((one) => one.tool === tool && one.step === 'add');
  expect(of('Cairn')).toMatchObject({ medians: { cpuS: 5 }, ratio: 1, samples: { length: 3 } });
  expect(of('slow')).toMatchObject({ medians: { cpuS: 20 }, ratio: 4 });
  expect(of('late')).toEqual({
    set: 'A',
    step: 'add',
    tool: 'late',
    samples: [],
    note: 'stopped after 60 s',
  });
});

test('the bars are those of the sets that were measured, and no figure meets none', () => {
  const rows = peerRows(measures, ['A']);
  expect(rows.map((row) => [row.label, row.value, isMet(row)])).toEqual([
    ['100,000 small files, add and log', 5, true],
    ['… again, unchanged', Number.NaN, false],
    ['… restore', Number.NaN, false],
    ['… restore again, all present', 1, true],
    ['… bytes written then', 0.5, false],
  ]);
  expect(peerRows(measures, ['C']).at(-1)).toMatchObject({ label: '… one page', value: 7.5 });
});

test('the section of the README has a line for each tool', () => {
  const lines = readmeSection(report).split('\n');
  expect(lines.filter((line) => line.startsWith('| '))).toEqual([
    '|  | A: add | again | restore | again | C: add |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    '| **Cairn** | 5.00 | – | – | 1.00 | – |',
    '| slow | 20.0 (4.00×) | – | – | – | – |',
    '| late | stopped after 60 s | – | – | – | – |',
  ]);
  expect(lines).toContain('A: 100,000 files of 1,024 to 8,192 bytes.');
  expect(lines).not.toContainEqual(expect.stringMatching(/^B:/));
  expect(lines.join(' ')).toContain('medians of 3');
  expect(lines.join(' ')).toContain('2 cores of Some CPU with Node v20.0.0 and WASM BLAKE3');
});

test('the README shows what the second version of B costs once B was measured', () => {
  const steps = [
    { set: 'B', tool: 'Cairn', step: 'addSecond', sample: sample(2, { newMB: 3.5 }) },
    { set: 'B', tool: 'late', step: 'addSecond', note: 'stopped after 60 s' },
  ] as const;
  const lines = readmeSection({ ...report, rounds: 1, measures: gatherMeasures(steps) }).split('\n');
  expect(lines.filter((line) => line.startsWith('| '))).toEqual([
    '|  | B: add | 2nd version | 2nd version of B costs |',
    '| --- | ---: | ---: | ---: |',
    '| **Cairn** | – | 2.00 | 3.50 MB |',
    '| slow | – | – | – |',
    '| late | – | stopped after 60 s | – |',
  ]);
  expect(lines.join(' ')).toContain('one round');
});

test('the full tables show every figure of every step', () => {
  const lines = fullTables(report).split('\n');
  expect(lines).toContain('## A: add');
  expect(lines).toContain('| slow | 20.0 | (4.00×) | 3.00 | 120 | 500 | 460 | 460 | 1,234 |  |');
  expect(lines).toContain('| late | stopped after 60 s |  |  |  |  |  |  |  |  |');
  expect(lines).toContain('| Cairn | 0.10 |  | 3.00 | 120 | 500 | 460 | 460 | 1,234 | 7.50 ms |');
  expect(lines).toContain('- gone: not found');
});

test('a block of a page is replaced, and what is around it stays', () => {
  const page = 'before\n<!-- bench:peers -->\n<!-- /bench:peers -->\nafter\n';
  expect(readBlock(page)).toBe('');
  const filled = replaceBlock(page, 'table');
  expect(filled).toBe('before\n<!-- bench:peers -->\n\ntable\n\n<!-- /bench:peers -->\nafter\n');
  expect(readBlock(filled)).toBe('table');
  expect(replaceBlock(filled, '')).toBe(page);
  expect(() => replaceBlock('no markers', 'x')).toThrow('<!-- bench:peers -->');
});

test('the README and the tables show what the last run gave', () => {
  const results = new URL('../../results/', import.meta.url);
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const last = new URL('peers.json', results);
  const given = existsSync(last) ? (JSON.parse(readFileSync(last, 'utf8')) as PeerReport) : undefined;
  expect(readBlock(readme)).toBe(given === undefined ? '' : readmeSection(given));
  const tables = new URL('peers.md', results);
  expect(existsSync(tables) ? readFileSync(tables, 'utf8') : undefined).toBe(given && fullTables(given));
});
