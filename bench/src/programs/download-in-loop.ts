import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';

// What one writes who has only the SDK: so many at a time, and nothing is checked.
const [uri = '', connections, root = ''] = process.argv.slice(2);
const { host: Bucket, pathname } = new URL(uri);
const prefix = `${pathname.slice(1)}/`;
const client = new S3Client({
  forcePathStyle: true,
  requestHandler: { httpAgent: { maxSockets: Number(connections) } },
});
const keys: string[] = [];
for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
  for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
}
const paths = new Map(keys.map((key) => [key, join(root, key.slice(prefix.length))]));
for (const folder of new Set([...paths.values()].map(dirname))) await mkdir(folder, { recursive: true });

const left = paths.entries();
async function work(): Promise<void> {
  for (const [Key, path] of left) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    if (Body !== undefined) await writeFile(path, await Body.transformToByteArray());
  }
}
await Promise.all(Array.from({ length: Number(connections) }, work));
