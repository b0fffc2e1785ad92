import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMet } from './bench.js';
import { type DataSet, type SetName, setNames, writeDataSet } from './data-sets/write-data-set.js';
import { describeMachine } from './machine.js';
import { allPeers } from './peers/all-peers.js';
import { findPeers } from './peers/find-peers.js';
import { gatherMeasures } from './peers/peer-report.js';
import { peerRows } from './peers/peer-rows.js';
import { fullTables } from './peers/peer-tables.js';
import { takeTurns } from './peers/take-turns.js';
import { formatTable } from './report.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(tmpdir(), 'cairn-bench-data') },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    sets: { type: 'string', default: setNames.join() },
    tools: { type: 'string', default: allPeers.map(({ name }) => name).join() },
    bin: { type: 'string', default: '' },
    limit: { type: 'string', default: '1800' },
    results: { type: 'string', default: fileURLToPath(new URL('../results', import.meta.url)) },
  },
});
const scale = Number(values.scale);
const rounds = Number(values.rounds);
const limit = Number(values.limit);
const sets = setNames.filter((name) => values.sets.split(',').includes(name));
const path = [values.bin, process.env.PATH].filter(Boolean).join(delimiter);

const machine = await describeMachine();
const wanted = values.tools.split(',');
const { found, versions, missing } = await findPeers(
  allPeers.filter(({ name }, at) => at === 0 || wanted.includes(name)),
  path,
);
for (const name of missing) console.log(`${name}: not found, left out`);

mkdirSync(values.data, { recursive: true });
const data = new Map<SetName, DataSet>();
for (const name of sets) {
  console.log(`data set ${name}: writing it, unless it is there`);
  data.set(name, writeDataSet(name, scale, values.data));
}

const work = mkdtempSync(join(values.data, 'work-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const taken = await takeTurns({ peers: found, sets: data, rounds, work, path, limit });

const measures = gatherMeasures(taken);
const rows = scale === 1 ? peerRows(measures, sets) : [];
const report = {
  name: 'peers' as const,
  date: new Date().toISOString(),
  machine,
  scale,
  rounds,
  limit,
  tools: versions,
  missing,
  rows: rows.map((row) => ({ ...row, met: isMet(row) })),
  measures,
};
mkdirSync(values.results, { recursive: true });
writeFileSync(join(values.results, 'peers.json'), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(values.results, 'peers.md'), fullTables(report));
console.log(`\n${fullTables(report)}`);
if (scale === 1) console.log(formatTable(rows));
else console.log('The bars are for --scale=1.');
if (!rows.every(isMet)) process.exitCode = 1;
