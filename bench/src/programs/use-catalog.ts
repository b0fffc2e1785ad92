import { join } from 'node:path';
import { openStore } from '@cairn/store';
import * as driver from '@photostructure/sqlite';
import { bikes, commitRequest } from '../commit-request.js';
import { median, percentile } from '../median.js';

const [count, folder = ''] = process.argv.slice(2);
const bests = Math.ceil(Number(count) / 1000); // one version in a thousand has an alias of its own
const store = await openStore(join(folder, 'store'), { driver });

/** One row in one durable transaction: the least that a commit can cost here, with the same binding and disk. */
const bare = new driver.DatabaseSync(join(folder, `bare-${process.pid}.db`));
bare.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)',
);
const insert = bare.prepare('INSERT INTO rows (text) VALUES (?)');

async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const resolve: number[] = [];
for (let i = 0; i < 5000; i++) {
  const alias = i % 2 === 0 ? 'latest' : `best-${((i * 7) % bests) * 1000}`;
  resolve.push(
    await time(async () => {
      if ((await store.catalog.findVersion(bikes, { alias })) === undefined) throw new Error(`no ${alias}`);
    }),
  );
}

const commits: number[] = [];
const transactions: number[] = [];
for (let i = 0; i < 300; i++) {
  const request = await commitRequest(`content ${process.pid}-${i}`);
  const text = JSON.stringify(request);
  transactions.push(await time(() => insert.run(text)));
  commits.push(await time(() => store.catalog.commitVersion(request)));
}

console.log(
  JSON.stringify({
    resolve: median(resolve),
    resolveP99: percentile(resolve, 0.99),
    commit: median(commits),
    commitP99: percentile(commits, 0.99),
    transaction: median(transactions),
    ratio: median(commits) / median(transactions),
  }),
);
bare.close();
await store.close();
