import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import cacache from 'cacache';

// Each file is a key; 32 at a time.
const [mode = '', store = '', folder = '', version = ''] = process.argv.slice(2);
const prefix = `${version}/`;
if (mode === 'version') {
  const manifest = createRequire(import.meta.url).resolve('cacache/package.json');
  console.log(JSON.parse(readFileSync(manifest, 'utf8')).version);
} else if (mode === 'add') {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  await together(files, async (file) => {
    const path = join(file.parentPath, file.name);
    await cacache.put(store, prefix + path.slice(folder.length + 1), readFileSync(path));
  });
} else {
  const keys = Object.keys(await cacache.ls(store)).filter((key) => key.startsWith(prefix));
  await together(keys, async (key) => {
    const path = join(folder, key.slice(prefix.length));
    const { data } = await cacache.get(store, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
  });
}

async function together<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const all = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = all.next(); !next.done; next = all.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}
