import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { s3ObjectStore } from '@cairn/s3';
import { openTeamStore, type TeamStore } from '@cairn/store/postgres';
import { freePort, makeS3Bucket, s3Place, startPostgres, startServer, startVersityGw } from '@cairn/testing';
import pg from 'pg';

/** Servers over one PostgreSQL and one bucket, behind one address. */
export interface Team {
  /** Of the balancer. */
  readonly url: string;
  /** Of a server admin. */
  readonly key: string;
  readonly store: TeamStore;
  /** Ends a server as a crash would, and starts another in its place. */
  crash(index: number): Promise<void>;
  restartPostgres(): Promise<void>;
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);
const program = join(dirname(require.resolve('@cairn/cli/package.json')), 'dist/bin.js');

export async function startTeam(count: number): Promise<Team> {
  const gateway = await startVersityGw();
  const postgres = await startPostgres();
  const { region, credentials } = s3Place(gateway);
  const { name: bucket } = await makeS3Bucket(s3Place(gateway));
  const clientConfig = { endpoint: gateway.endpoint, region, credentials };
  const pool = new pg.Pool({ connectionString: postgres.url });
  const store = await openTeamStore({ pool, objects: s3ObjectStore({ bucket, clientConfig }) });
  const { token } = await store.access.createBootstrapToken();
  const { secret: key } = await store.access.redeemBootstrapToken(token, { user: 'bench' });

  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const env = {
    ...process.env,
    CAIRN_DATABASE_URL: postgres.url,
    AWS_ENDPOINT_URL_S3: gateway.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const serve = (port: number) => {
    const args = ['serve', '--port', String(port), '--bucket', `s3://${bucket}/`, '-q'];
    return spawn(process.execPath, [program, ...args], { env, stdio: 'ignore' });
  };
  const servers = ports.map(serve);
  const balancer = await startServer((port, folder) => {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, balancerConfig(port, ports));
    return [{ command: 'haproxy', args: ['-db', '-f', file] }];
  });
  await Promise.all(ports.map(untilReady));
  return {
    url: balancer.endpoint,
    key,
    store,
    async crash(index) {
      await end(servers[index] as ChildProcess);
      servers[index] = serve(ports[index] as number);
    },
    restartPostgres: () => postgres.restart(),
    async stop() {
      await store.close();
      await pool.end();
      await Promise.all(servers.map(end));
      for (const running of [balancer, postgres, gateway]) await running.stop();
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.exitCode === null && child.kill('SIGKILL')) await ended;
}

async function untilReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error('a server did not start');
}

/** As docs/self-hosting.md has it. */
function balancerConfig(port: number, servers: readonly number[]): string {
  return `
global
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 5m
  timeout server 5m
  option redispatch
frontend cairn
  bind 127.0.0.1:${port}
  default_backend servers
backend servers
  balance roundrobin
  option httpchk GET /readyz
  default-server check inter 1s fall 1 rise 1
${servers.map((to, i) => `  server cairn${i} 127.0.0.1:${to}`).join('\n')}
`;
}
