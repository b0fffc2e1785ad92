// Logs and deletes versions, or collects garbage, until its time is up. Says which versions were acknowledged and which were
// deleted, one line of JSON at a time. Usage: churn.mjs <folder> log|gc <milliseconds> <seed>
import { writeSync } from 'node:fs';
import { CairnError, openManifest, writeManifest } from '@cairn/core';
import { openStore } from '@cairn/store';

const [folder, role, milliseconds, seed] = process.argv.slice(2);
const end = Date.now() + Number(milliseconds);
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
const store = await openStore(folder);
let state = Number(seed) * 7919 + 1;

function random(limit) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % limit;
}

/** One of a few contents, so that versions share them, and what is deleted comes again. */
function contents() {
  const kind = random(24);
  if (kind > 1) return Buffer.from(`file ${kind}`.padEnd(20 + kind * 400, '.'));
  const large = Buffer.alloc(700_000);
  for (let i = 0; i < large.length; i += 4) large.writeInt32LE(Math.imul(i, 2_654_435_761 | 1), i);
  return Buffer.concat([large, Buffer.from(`end ${kind}`)]);
}

async function isWhole(blob) {
  try {
    const { leaves, entries } = await openManifest(store.blobs, blob);
    const needed = new Set([blob, ...leaves.map(({ digest }) => digest)]);
    for await (const { digest } of entries()) needed.add(digest);
    return (await store.blobs.has([...needed])).size === needed.size;
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return false;
    throw error;
  }
}

async function storeAll(all) {
  const digests = [];
  const sources = all.map((bytes) => ({ kind: 'bytes', bytes }));
  for await (const { index, digest } of store.blobs.put(sources)) digests[index] = digest;
  const entries = all.map(({ length }, i) => ({
    kind: 'file',
    path: `${i}`,
    digest: digests[i],
    size: length,
  }));
  return writeManifest(entries, store.blobs, { name: 'cairn.default', config: {} });
}

async function log() {
  const all = Array.from({ length: 1 + random(4) }, contents);
  let manifest;
  for (;;) {
    const basis = await store.blobs.basis();
    try {
      if (manifest === undefined || !(await isWhole(manifest.blob))) manifest = await storeAll(all);
      const { version } = await store.catalog.commitVersion({
        entity: 'local',
        project: 'default',
        name: `churn-${seed}`,
        type: 'dataset',
        digest: manifest.digest,
        manifest: manifest.blob,
        entryCount: manifest.entryCount,
        size: manifest.size,
        metadata: {},
        aliases: [],
        tags: [],
        basis,
      });
      return version.id;
    } catch (error) {
      if (!CairnError.is(error, 'conflict') || !error.isRetryable) throw error;
    }
  }
}

const mine = new Set();
while (Date.now() < end) {
  if (role === 'gc') {
    const { objects } = await store.gc({ graceMs: -60_000, maxDead: [0, 0.5][random(2)] });
    say({ removed: objects.count });
  } else if (random(2) === 0 || mine.size === 0) {
    const id = await log();
    mine.add(id);
    say({ logged: id });
  } else {
    const id = [...mine][random(mine.size)];
    mine.delete(id);
    say({ deleting: id });
    await store.catalog.deleteVersion(id);
  }
}
await store.close();
