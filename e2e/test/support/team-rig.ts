import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  makeS3Bucket,
  type RunningPostgres,
  type S3Place,
  s3Place,
  startHaproxy,
  startPostgres,
  startVersityGw,
} from '@cairn/testing';
import { type Line, lineTo } from './line.js';

/** A process of `cairn serve`. */
export interface TeamServer {
  readonly url: string;
  /** What the first key is made by, as long as there is no admin. */
  readonly setupUrl: string | null;
  /** What it wrote down so far. */
  log(): string;
  /** Ends it in order. @returns What it ended with. */
  stop(): Promise<number | null>;
}

/** A real PostgreSQL and a real bucket, and servers over them. */
export interface TeamRig {
  readonly postgres: RunningPostgres;
  readonly bucket: string;
  readonly place: S3Place;
  /** Where the bucket is reached in ways that go wrong. */
  readonly endpoints: Awaited<ReturnType<typeof startHaproxy>>['endpoints'];
  /** The same without fault, as long as it is not cut. */
  readonly line: Line;
  /** One more server, which reaches the bucket there. */
  serve(endpoint?: string, env?: NodeJS.ProcessEnv): Promise<TeamServer>;
  /** Does something else with the store by the command line. @returns What it ended with. */
  run(args: readonly string[]): Promise<number | null>;
  /** Ends all of it. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url));

export async function teamRig(): Promise<TeamRig> {
  const gateway = await startVersityGw();
  const postgres = await startPostgres();
  const proxy = await startHaproxy(gateway.endpoint);
  const line = await lineTo(gateway.endpoint);
  const place = s3Place(gateway);
  const { name: bucket } = await makeS3Bucket(place);
  const servers: ChildProcess[] = [];
  const store = ['--bucket', `s3://${bucket}/team`];
  const envAt = (endpoint: string): NodeJS.ProcessEnv => ({
    ...process.env,
    CAIRN_DATABASE_URL: postgres.url,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: place.region,
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
  });
  return {
    postgres,
    bucket,
    place,
    endpoints: proxy.endpoints,
    line,
    async serve(endpoint = gateway.endpoint, env = {}) {
      const args = ['serve', '--port', '0', '--json=url,setupUrl', ...store];
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...envAt(endpoint), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      servers.push(child);
      let log = '';
      child.stderr.on('data', (chunk) => {
        log += chunk;
      });
      const ended = once(child, 'exit');
      let json = '';
      for await (const line of createInterface({ input: child.stdout })) {
        json += line;
        if (line === '}') break;
      }
      const { url, setupUrl } = JSON.parse(json) as TeamServer;
      return {
        url,
        setupUrl,
        log: () => log,
        async stop() {
          child.kill('SIGTERM');
          const [code] = await ended;
          return code;
        },
      };
    },
    async run(args) {
      const env = envAt(gateway.endpoint);
      const child = spawn(process.execPath, [program, ...args, ...store], { env, stdio: 'ignore' });
      const [code] = await once(child, 'exit');
      return code;
    },
    async stop() {
      for (const server of servers) server.kill('SIGKILL');
      await line.close();
      await proxy.stop();
      await postgres.stop();
      await gateway.stop();
    },
  };
}
