// Puts many files and a large one with worker threads, and again without, each into a store of its own, and says whether all
// is equal. Leaves the stores open: the process has to end all the same. Usage: put-with-workers.mjs <folder> <how many>
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CairnError, readAll } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { openStore } from '@cairn/store';

const [folder, count] = process.argv.slice(2);
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

const files = join(folder, 'files');
mkdirSync(files);
const bytesOf = (i, length) => {
  const block = createHash('sha512').update(`${i}`).digest();
  return Buffer.alloc(length, block);
};
const large = Buffer.concat(Array.from({ length: 4096 }, (_, i) => bytesOf(-i, 10 * 1024)));
for (let i = 0; i < Number(count); i++)
  writeFileSync(join(files, `${i}`), bytesOf(i % 4000, 1000 + (i % 4000)));
writeFileSync(join(files, 'large'), large);
const names = readdirSync(files);

async function putAll(store, paths, options) {
  const results = [];
  const sources = paths.map((path) => ({ kind: 'path', path }));
  for await (const result of store.blobs.put(sources, options)) results[result.index] = result;
  return results;
}

// Where that can be told.
const countThreads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0);

const before = countThreads();
const paths = names.map((name) => join(files, name));
const store = await openStore(join(folder, 'with'));
let bytes = 0;
const results = await putAll(store, paths, { onBytes: (more) => (bytes += more) });
const inline = await openStore(join(folder, 'without'), { fs: { ...nodeFileSystem } });
const expected = await putAll(inline, paths);
const plain = (all) => all.map(({ digest, size }) => `${digest} ${size}`).join();
say({
  threads: countThreads() - before,
  equal: plain(results) === plain(expected),
  created: results.filter(({ created }) => created).length,
  createdInline: expected.filter(({ created }) => created).length,
  bytes: bytes === results.reduce((sum, { size }) => sum + size, 0),
  temp: readdirSync(join(folder, 'with', 'tmp')),
});

// Reading back, through the workers too.
const copies = join(folder, 'copies');
mkdirSync(copies);
const requests = results.map(({ digest }, i) => ({ digest, path: join(copies, names[i]) }));
let written = 0;
for await (const result of store.blobs.copyTo(requests)) written += Number(result.written);
const wrong = names.filter(
  (name) => !readFileSync(join(copies, name)).equals(readFileSync(join(files, name))),
);
const opened = await readAll(store.blobs.open(results[names.indexOf('large')].digest));
say({ written, wrong, opened: Buffer.from(opened).equals(large) });

// Errors cross from one thread to another.
try {
  await putAll(store, [...paths.slice(0, 1000), join(folder, 'gone')]);
} catch (error) {
  say({ is: CairnError.is(error), code: error.code, hint: error.hint, message: error.message });
}
const changed = join(folder, 'changed');
writeFileSync(changed, large);
try {
  const stamp = { size: large.length, mtimeMs: 1, ctimeMs: 1, ino: 1 };
  const sources = [{ kind: 'path', path: changed, stamp }];
  for await (const _ of store.blobs.put(sources));
} catch (error) {
  say({ is: CairnError.is(error), code: error.code, hint: error.hint, message: error.message });
}
say({ temp: readdirSync(join(folder, 'with', 'tmp')) });
