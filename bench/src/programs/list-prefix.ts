import { ListObjectVersionsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { s3Handler } from '@cairn/s3';
import { median } from '../median.js';
import { forkS3Server } from '../s3-server.js';

const [count = '0', versioning = ''] = process.argv.slice(2);
const isVersioned = versioning === 'versioned';
const server = await forkS3Server({ count: Number(count), versioned: isVersioned });
const client = new S3Client({ ...server.place, forcePathStyle: true });
const handler = s3Handler({ client });

/** The least that a listing can cost with this client. */
async function listBare(): Promise<number> {
  const input = { Bucket: 'bucket', Prefix: 'images/' };
  let found = 0;
  if (!isVersioned) {
    for await (const page of paginateListObjectsV2({ client }, input)) found += page.Contents?.length ?? 0;
    return found;
  }
  let place: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ ...input, ...place }));
    found += page.Versions?.length ?? 0;
    if (page.IsTruncated !== true) return found;
    place = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

async function observe(): Promise<number> {
  let found = 0;
  for await (const _ of handler.observe(server.uri)) found++;
  return found;
}

async function time(work: () => Promise<number>): Promise<number> {
  const start = performance.now();
  if ((await work()) !== Number(count)) throw new Error('objects are missing');
  return performance.now() - start;
}

await time(listBare);
await server.counts();
await time(observe);
const { operations } = await server.counts();
const bare: number[] = [];
const observed: number[] = [];
for (let round = 0; round < 7; round++) {
  bare.push(await time(listBare));
  observed.push(await time(observe));
}
const lists = operations.filter((operation) => operation.startsWith('List')).length;
console.log(
  JSON.stringify({
    lists,
    others: operations.length - lists,
    bare: median(bare),
    observed: median(observed),
    ratio: median(observed) / median(bare),
  }),
);
server.stop();
client.destroy();
