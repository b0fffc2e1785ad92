// Logs versions of many files, so that worker threads help, and says what was acknowledged, one line of JSON at a time; at
// last how many threads were started. Usage: log-files.mjs <folder> <collection> <how many> <label> <source> <files>
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { openStore } from '@cairn/store';

const [folder, name, count, label, source, files] = process.argv.slice(2);
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
let workers = 0;
process.on('worker', () => workers++);

async function store(blobs, sources) {
  const digests = [];
  for await (const { index, digest } of blobs.put(sources)) digests[index] = digest;
  return digests;
}

async function log({ blobs, catalog }, i) {
  const paths = Array.from({ length: Number(files) }, (_, k) => join(source, `file-${k}`));
  for (const [k, path] of paths.entries()) writeFileSync(path, `${label} ${i} ${k}`.repeat(20));
  const digests = await store(
    blobs,
    paths.map((path) => ({ kind: 'path', path })),
  );
  const list = new TextEncoder().encode(digests.join('\n'));
  const [manifest] = await store(blobs, [{ kind: 'bytes', bytes: list }]);
  const { version, created } = await catalog.commitVersion({
    entity: 'local',
    project: 'default',
    name,
    type: 'dataset',
    digest: manifest,
    manifest,
    entryCount: paths.length,
    size: 0,
    metadata: { isList: true },
    aliases: [`${label}-${i}`],
    tags: [],
  });
  return { version: version.version, digest: version.digest, created };
}

try {
  mkdirSync(source, { recursive: true });
  const opened = await openStore(folder);
  for (let i = 0; i < Number(count); i++) say(await log(opened, i));
  await opened.close();
  say({ workers });
} catch (error) {
  if (!CairnError.is(error)) throw error;
  say({ failed: error.code, message: error.message });
}
