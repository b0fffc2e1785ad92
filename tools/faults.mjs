// Runs the tests that meet the store with bad luck, and says for each promise how often it was put to the test. They are
// part of `npm test` too; --long tries every case instead of a sample, which takes hours in all, and keeps what it says of
// each suite in bench/results/faults.txt. Usage: npm run faults [-- [--long] [suite…]]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kept = join(root, 'bench/results/faults.txt');
const suites = [
  'crash',
  'random-kills',
  'power-cuts',
  'failing-calls',
  'hostile-disks',
  'damage',
  'gc-pauses',
  'verify',
  'verify-store',
];
const args = process.argv.slice(2);
const isLong = args.includes('--long');
const named = args.filter((arg) => !arg.startsWith('--'));
const stranger = named.find((name) => !suites.includes(name));
if (stranger !== undefined) {
  console.error(`there is no suite "${stranger}"; there are ${suites.join(', ')}`);
  process.exit(2);
}

/** What each suite said when it was run last. */
const sections = new Map();
if (isLong && existsSync(kept)) {
  for (const section of readFileSync(kept, 'utf8').trimEnd().split('\n\n')) {
    sections.set(section.split(' ', 1)[0], section);
  }
}
for (const suite of named.length > 0 ? named : suites) {
  const { section, isPassed } = run(suite);
  console.log(`\n${section}\n`);
  if (!isPassed) process.exitCode = 1;
  sections.set(suite, section);
  const all = suites.flatMap((name) => sections.get(name) ?? []);
  if (isLong) writeFileSync(kept, `${all.join('\n\n')}\n`);
}

/** @param {string} suite */
function run(suite) {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-faults-'));
  const said = join(folder, 'said');
  const started = Date.now();
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'store', '--silent=true', `test/${suite}.test`],
    {
      cwd: root,
      env: { ...process.env, CAIRN_FAULTS_REPORT: said, ...(isLong ? { CAIRN_TEST_FULL: '1' } : {}) },
      stdio: 'inherit',
    },
  );
  const lines = existsSync(said) ? readFileSync(said, 'utf8').split('\n').slice(0, -1) : [];
  rmSync(folder, { recursive: true });
  const seconds = Math.round((Date.now() - started) / 1000);
  const outcome = status === 0 ? 'passed' : 'FAILED';
  const when = `${new Date().toISOString()}, Node ${process.version}, ${process.platform}`;
  const head = `${suite} ${outcome} in ${seconds} s${isLong ? '' : ', the short form'}, ${when}`;
  return { section: [head, ...countsOf(lines)].join('\n'), isPassed: status === 0 };
}

/**
 * Of each promise, how often each thing was tried.
 *
 * @param {readonly string[]} lines
 */
function countsOf(lines) {
  const promises = new Map();
  for (const line of lines) {
    const { promise, counts } = JSON.parse(line);
    const sums = promises.get(promise) ?? new Map();
    for (const [what, count] of Object.entries(counts)) sums.set(what, (sums.get(what) ?? 0) + count);
    promises.set(promise, sums);
  }
  return [...promises].map(
    ([promise, sums]) => `  ${promise}: ${[...sums].map(([what, count]) => `${count} ${what}`).join(', ')}`,
  );
}
