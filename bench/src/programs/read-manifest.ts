import { diffManifests, openManifest, writeManifest } from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import { makeEntries, policy } from '../entries.js';

const count = Number(process.argv[2]);
const changes = 100;
const blobs = memoryBlobStore();
const write = (isChanged?: (i: number) => boolean) =>
  writeManifest(makeEntries(count, isChanged), blobs, policy);
const written = await write();
const spread = await write((i) => i % (count / changes) === 0);
const together = await write((i) => i >= count / 2 && i < count / 2 + changes);

/** Each is timed once a process, so nothing has warmed it up. */
async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const page = await time(async () => {
  const manifest = await openManifest(blobs, written.blob, { expected: written.digest });
  let left = 100;
  for await (const _ of manifest.entries({ after: 'images/part-0050/image-00050500.png' })) {
    if (--left === 0) return;
  }
  throw new Error('the page is too short');
});

async function diff(blob: typeof written.blob): Promise<void> {
  const [before, after] = await Promise.all([openManifest(blobs, written.blob), openManifest(blobs, blob)]);
  let found = 0;
  for await (const _ of diffManifests(before, after)) found++;
  if (found !== changes) throw new Error(`${found} changes instead of ${changes}`);
}

console.log(
  JSON.stringify({
    page,
    spread: await time(() => diff(spread.blob)),
    together: await time(() => diff(together.blob)),
  }),
);
