import { startS3Server } from '@cairn/conformance/servers';
import type { ServedPrefix } from '../s3-server.js';

// A bucket in a process of its own, so that what the client needs is measured without it.
const [count = '0', versioning = ''] = process.argv.slice(2);
const server = await startS3Server({ buckets: ['bucket'] });
const bucket = server.bucket('bucket');
bucket.versioning = versioning === 'versioned' ? 'Enabled' : undefined;
const content = new Uint8Array([1, 2, 3]);
for (let i = 0; i < Number(count); i++) {
  const folder = String(Math.floor(i / 1000)).padStart(4, '0');
  bucket.put(`images/part-${folder}/image-${String(i).padStart(8, '0')}.png`, content);
}
bucket.put('images2/other.png', content);

process.on('message', () => {
  const operations = server.requests.map(({ operation }) => operation);
  server.forget();
  process.send?.(operations);
});
const { endpoint, region, credentials } = server;
process.send?.({
  uri: 's3://bucket/images',
  place: { endpoint, region, credentials },
} satisfies ServedPrefix);
