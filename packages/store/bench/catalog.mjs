// What the catalog costs: node bench/catalog.mjs [versions]. Needs a build.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@cairn/store';
import sqlite from '@photostructure/sqlite';

const total = Number(process.argv[2] ?? 100_000);
const folder = await mkdtemp(join(tmpdir(), 'cairn-bench-'));
const digestOf = (n) => `blake3:${n.toString(16).padStart(64, '0')}`;
const request = (n, collections) => ({
  entity: 'local',
  project: 'default',
  name: `model-${n % collections}`,
  type: 'model',
  digest: digestOf(n),
  manifest: digestOf(n + 2 ** 40),
  entryCount: 10,
  size: 1000,
  metadata: { accuracy: Math.random(), index: n },
  aliases: [],
  tags: [],
});

function show(name, times) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(3).padStart(8);
  console.log(`${name.padEnd(44)} p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)} ms`);
  return times[times.length >> 1];
}

async function measure(count, work) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await work(i);
    times.push(performance.now() - start);
  }
  return times;
}

function bare() {
  const db = new sqlite.DatabaseSync(join(folder, 'bare.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x TEXT)',
  );
  const [begin, insert, commit] = ['BEGIN IMMEDIATE', 'INSERT INTO t (x) VALUES (?)', 'COMMIT'].map((text) =>
    db.prepare(text),
  );
  return (i) => {
    begin.run();
    insert.run(`row ${i}`);
    commit.run();
  };
}

try {
  show(
    'open a new store',
    await measure(5, async (i) => (await openStore(join(folder, `new-${i}`))).close()),
  );
  const store = await openStore(join(folder, 'store'));
  const { catalog } = store;
  show('open a store', await measure(50, async () => (await openStore(join(folder, 'store'))).close()));

  const one = bare();
  const bareTimes = [];
  const commitTimes = [];
  const runId = 'run';
  await catalog.startRun({ entity: 'local', project: 'default', id: runId, config: {} });
  for (let i = 0; i < 2000; i++) {
    bareTimes.push(...(await measure(1, () => one(i))));
    commitTimes.push(
      ...(await measure(1, () =>
        catalog.commitVersion({ ...request(i, 100), edge: { runId, direction: 'output' } }),
      )),
    );
  }
  const bareMedian = show('one durable insert, bare SQLite', bareTimes);
  const commitMedian = show('commitVersion with an output edge', commitTimes);
  console.log(`ratio ${(commitMedian / bareMedian).toFixed(2)}`);
  show(
    'commitVersion of what is there',
    await measure(1000, (i) => catalog.commitVersion(request(1900 + (i % 100), 100))),
  );

  const start = performance.now();
  for (let i = 2000; i < total; i++) await catalog.commitVersion(request(i, 1000));
  console.log(`${total} versions in the catalog (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  const ref = (i) => ({ entity: 'local', project: 'default', name: `model-${i % 100}` });
  const random = () => Math.floor(Math.random() * 100);
  show(
    'findVersion name:latest',
    await measure(5000, () => catalog.findVersion(ref(random()), { alias: 'latest' })),
  );
  show('findVersion name:v7', await measure(5000, () => catalog.findVersion(ref(random()), { version: 7 })));
  show('commitVersion', await measure(1000, (i) => catalog.commitVersion(request(total + i, 100))));
  const list = async (query) => {
    let count = 0;
    for await (const _ of catalog.listVersions(query)) count++;
    return count;
  };
  show('list the 100 newest', await measure(50, () => list({ limit: 100 })));
  show('list the 100 of a collection', await measure(50, () => list({ ...ref(3), limit: 100 })));
  show(
    'list 10 by metadata, of all',
    await measure(5, () =>
      list({ sort: { field: 'metadata', path: ['accuracy'], descending: true }, limit: 10 }),
    ),
  );
  show(
    'list 10 where metadata > 0.99',
    await measure(20, () =>
      list({ where: [{ field: 'metadata', path: ['accuracy'], operator: '>', value: 0.99 }], limit: 10 }),
    ),
  );
  show('list all by creation', await measure(1, () => list({ sort: { field: 'created' } })));
  show(
    'list all collections',
    await measure(3, async () => {
      for await (const _ of catalog.listCollections({}));
    }),
  );
  await store.close();
} finally {
  await rm(folder, { recursive: true });
}
