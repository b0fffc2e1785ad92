// Runs all tests that meet the store with bad luck, and says for each promise how often it was put to the test. They are
// part of `npm test` too; --long tries every case instead of a sample, takes hours, and keeps what it says in bench/results.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const suites = [
  'crash',
  'random-kills',
  'power-cuts',
  'failing-calls',
  'hostile-disks',
  'damage',
  'verify-store',
];
const isLong = process.argv.includes('--long');
const folder = mkdtempSync(join(tmpdir(), 'cairn-faults-'));
const said = join(folder, 'said');
const started = Date.now();

const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'store',
    '--silent=true',
    ...suites.map((name) => `test/${name}.test`),
  ],
  {
    cwd: root,
    env: { ...process.env, CAIRN_FAULTS_REPORT: said, ...(isLong ? { CAIRN_TEST_FULL: '1' } : {}) },
    stdio: 'inherit',
  },
);

/** Of each promise, how often each thing was tried, over all tests. */
const promises = new Map();
const lines = existsSync(said) ? readFileSync(said, 'utf8').split('\n').slice(0, -1) : [];
for (const line of lines) {
  const { promise, counts } = JSON.parse(line);
  const sums = promises.get(promise) ?? new Map();
  for (const [what, count] of Object.entries(counts)) sums.set(what, (sums.get(what) ?? 0) + count);
  promises.set(promise, sums);
}
rmSync(folder, { recursive: true });

const minutes = Math.round((Date.now() - started) / 60_000);
const form = isLong ? 'long' : 'short';
const report = [
  `${status === 0 ? 'passed' : 'FAILED'}: the ${form} form, in ${minutes} minutes, ${new Date().toISOString()}, Node ${process.version}, ${process.platform}`,
  ...[...promises].map(
    ([promise, sums]) => `${promise}: ${[...sums].map(([what, count]) => `${count} ${what}`).join(', ')}`,
  ),
].join('\n');
console.log(`\n${report}`);
if (isLong) writeFileSync(join(root, 'bench/results/faults.txt'), `${report}\n`);
process.exitCode = status ?? 1;
