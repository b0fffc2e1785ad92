import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withRun } from '@cairn/sdk';
import { type Command, downloads, isInstalled } from '../downloads.js';
import { forkS3Server } from '../s3-server.js';

// From the start of a program that makes files of all objects until its end, and what the server saw of that.
const [way = '', versioning = '', count = '0', size = '0', delayMs = '0', connections = '0', parent = ''] =
  process.argv.slice(2);
const folder = mkdtempSync(join(parent, `${way}-`));
const server = await forkS3Server({
  count: Number(count),
  versioned: versioning === 'versioned',
  size: Number(size),
  delayMs: Number(delayMs),
});
const { endpoint, region, credentials } = server.place;
// The server has no certificate, and rclone refuses to start with one of another's.
delete process.env.AWS_CA_BUNDLE;
Object.assign(process.env, {
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  XDG_CACHE_HOME: join(folder, 'cache'),
  XDG_DATA_HOME: join(folder, 'data'),
});
const job = {
  uri: server.uri,
  store: join(folder, 'store'),
  connections: Number(connections),
  folder,
  programs: fileURLToPath(new URL('.', import.meta.url)),
};
const root = join(folder, 'files');
const command = downloads[way]?.(job, root);
if (command === undefined) throw new Error(`there is no way ${way}`);

if (way === 'cairn') {
  await withRun({ store: job.store }, (run) => run.logArtifact(server.uri, { name: 'objects' }));
}
if (isInstalled(command.file)) {
  await server.counts();
  const first = await time(command);
  const { operations, connections: used } = await server.counts();
  checkFiles();
  const metrics = { first, requests: operations.length, connections: used };
  if (way === 'cairn') {
    const again = await time(command);
    const { operations: asked } = await server.counts();
    console.log(JSON.stringify({ ...metrics, again, asked: asked.length }));
  } else {
    console.log(JSON.stringify(metrics));
  }
} else {
  console.error(`${way} is not on this machine, and left out`);
}
server.stop();

async function time({ file, args, env }: Command): Promise<number> {
  const start = performance.now();
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${way} ended with ${code}`);
  return performance.now() - start;
}

function checkFiles(): void {
  const sizes = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => statSync(join(item.parentPath, item.name)).size);
  if (sizes.length !== Number(count) || sizes.some((found) => found !== Number(size))) {
    throw new Error(`${way} has not made the files`);
  }
}
