import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { S3Credentials } from '@cairn/conformance/servers';

/** A prefix with objects, and how its server is reached. */
export interface ServedPrefix {
  readonly uri: string;
  readonly place: { readonly endpoint: string; readonly region: string; readonly credentials: S3Credentials };
}

export interface S3ServerProcess extends ServedPrefix {
  /** The operations that were asked for since the last call, counted where they arrived. */
  operations(): Promise<string[]>;
  stop(): void;
}

/** Starts a server with `count` objects under one prefix, in a bucket with versions or without. */
export async function forkS3Server(count: number, versioned: boolean): Promise<S3ServerProcess> {
  const program = new URL('programs/serve-s3.js', import.meta.url);
  const child = fork(program, [String(count), versioned ? 'versioned' : 'plain'], { execArgv: [] });
  const [served] = (await once(child, 'message')) as [ServedPrefix];
  return {
    ...served,
    async operations() {
      child.send('operations');
      const [operations] = (await once(child, 'message')) as [string[]];
      return operations;
    },
    stop: () => void child.kill(),
  };
}
