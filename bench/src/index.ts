import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, isMet, type Row, type Sample } from './bench.js';
import { benches } from './benches.js';
import { describeMachine } from './machine.js';
import { medianSample } from './median.js';
import { formatTable } from './report.js';
import { runProgram } from './run-program.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, help: { type: 'boolean', short: 'h' } },
});
const names = benches.map(({ name }) => name);
const unknown = positionals.filter((name) => !names.includes(name));
if (values.help === true || unknown.length > 0) {
  if (unknown.length > 0) console.log(`there is no ${unknown.join(', ')}\n`);
  console.log(
    `node bench/dist/index.js [--runs=5] [name…]\n\nOf these, all without a name: ${names.join(', ')}`,
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}
const results = fileURLToPath(new URL('../results', import.meta.url));
const table: Row[] = [];

for (const bench of benches) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
  table.push(...(await measure(bench, bench.runs ?? Number(values.runs))));
}
console.log(`\n${formatTable(table)}`);
if (!table.every(isMet)) process.exitCode = 1;

/** Runs a bench and writes its results down. */
async function measure(bench: Bench, runs: number): Promise<Row[]> {
  const machine = await describeMachine();
  const folder = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
  const samples: Record<string, Sample[]> = {};
  try {
    if (bench.setup !== undefined) {
      console.log(`${bench.name}: setting up`);
      await runProgram(bench.setup, folder);
    }
    for (let run = 1; run <= runs; run++) {
      console.log(`${bench.name}: ${run} of ${runs}`);
      for (const [name, program] of Object.entries(bench.programs)) {
        const sample = await runProgram(program, folder);
        samples[name] = [...(samples[name] ?? []), sample];
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const medians = Object.fromEntries(
    Object.entries(samples).map(([name, of]) => [name, medianSample(of)] as const),
  );
  const rows = bench.rows(medians);
  const report = {
    name: bench.name,
    date: new Date().toISOString(),
    machine,
    runs,
    rows: rows.map((row) => ({ ...row, met: isMet(row) })),
    medians,
    samples,
  };
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${bench.name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  return rows;
}
