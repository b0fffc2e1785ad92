import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startS3Server } from '@cairn/conformance/servers';
import type { ServedPrefix, ServerCounts } from '../s3-server.js';

// A bucket in a process of its own, so that what the client needs is measured without it.
const [count = '0', versioning = '', size = '0', delayMs = '0'] = process.argv.slice(2);
const server = await startS3Server({ buckets: ['bucket'] });
const bucket = server.bucket('bucket');
bucket.versioning = versioning === 'versioned' ? 'Enabled' : undefined;
const content = randomBytes(Number(size));
for (let i = 0; i < Number(count); i++) {
  const folder = String(Math.floor(i / 1000)).padStart(4, '0');
  bucket.put(`images/part-${folder}/image-${String(i).padStart(8, '0')}.png`, content);
}
bucket.put('images2/other.png', content);
if (Number(delayMs) > 0) {
  const run = () => sleep(Number(delayMs));
  server.order({ kind: 'call', run }, { times: Number.POSITIVE_INFINITY });
}

/** The connections made since they were last asked for. */
let made = { open: 0, most: 0 };
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket };
  const counted = made;
  counted.most = Math.max(counted.most, ++counted.open);
  socket.once('close', () => counted.open--);
});

process.on('message', () => {
  const operations = server.requests.map(({ operation }) => operation);
  process.send?.({ operations, connections: made.most } satisfies ServerCounts);
  server.forget();
  made = { open: 0, most: 0 };
});
process.once('disconnect', () => process.exit());
const { endpoint, region, credentials } = server;
process.send?.({
  uri: 's3://bucket/images',
  place: { endpoint, region, credentials },
} satisfies ServedPrefix);
