import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { S3Credentials } from '@cairn/conformance/servers';

/** A prefix with objects, and how its server is reached. */
export interface ServedPrefix {
  readonly uri: string;
  readonly place: { readonly endpoint: string; readonly region: string; readonly credentials: S3Credentials };
}

/** What a server saw since it was last asked, counted where it arrived. */
export interface ServerCounts {
  /** The operations, in the order of their answers. */
  readonly operations: readonly string[];
  /** How many of the connections that were made were open at once, at most. */
  readonly connections: number;
}

export interface S3ServerProcess extends ServedPrefix {
  counts(): Promise<ServerCounts>;
  stop(): void;
}

interface ServedObjects {
  readonly count: number;
  /** Whether their bucket keeps versions. */
  readonly versioned: boolean;
  /** Of each object, in bytes. Default: 3. */
  readonly size?: number;
  /** How long each answer waits, in milliseconds. Default: 0. */
  readonly delayMs?: number;
}

/** Starts a server with objects under one prefix. */
export async function forkS3Server({
  count,
  versioned,
  size = 3,
  delayMs = 0,
}: ServedObjects): Promise<S3ServerProcess> {
  const program = new URL('programs/serve-s3.js', import.meta.url);
  const args = [String(count), versioned ? 'versioned' : 'plain', String(size), String(delayMs)];
  const child = fork(program, args, { execArgv: [] });
  const [served] = (await once(child, 'message')) as [ServedPrefix];
  return {
    ...served,
    async counts() {
      child.send('counts');
      const [counts] = (await once(child, 'message')) as [ServerCounts];
      return counts;
    },
    stop: () => void child.kill(),
  };
}
