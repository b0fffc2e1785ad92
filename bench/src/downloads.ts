import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is to be downloaded, and how. Server and credentials are in the environment. */
interface DownloadJob {
  /** Of the prefix. */
  readonly uri: string;
  /** Where a version refers to it, as the artifact `objects`. */
  readonly store: string;
  /** How many may be used at once. */
  readonly connections: number;
  /** For what a program has to be told in a file. */
  readonly folder: string;
  /** Where the programs of this workspace are. */
  readonly programs: string;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Programs that make files of all objects of a prefix, in a folder. */
export const downloads: Readonly<Record<string, (job: DownloadJob, root: string) => Command>> = {
  // Cairn takes no number: what the server counts must agree with that of the others.
  cairn: ({ store, programs }, root) => node(join(programs, 'download-version.js'), store, root),
  loop: ({ uri, connections, programs }, root) =>
    node(join(programs, 'download-in-loop.js'), uri, String(connections), root),
  aws({ uri, connections, folder }, root) {
    const config = join(folder, 'aws-config');
    writeFileSync(config, `[default]\ns3 =\n  max_concurrent_requests = ${connections}\n`);
    const args = ['s3', 'cp', '--recursive', '--only-show-errors', uri, root];
    return { file: 'aws', args, env: { AWS_CONFIG_FILE: config } };
  },
  rclone({ uri, connections, folder }, root) {
    const from = uri.replace('s3://', ':s3,provider=Other,env_auth,list_version=2:');
    // It asks for no times, as the others don't, and lists everything at once.
    const leastRequests = [
      '--use-server-modtime',
      '--s3-no-head-object',
      '--s3-no-check-bucket',
      '--fast-list',
      '--quiet',
    ];
    const endpoint = ['--s3-endpoint', process.env.AWS_ENDPOINT_URL ?? ''];
    const config = ['--config', join(folder, 'rclone.conf')];
    const args = [
      'copy',
      from,
      root,
      '--transfers',
      String(connections),
      ...endpoint,
      ...leastRequests,
      ...config,
    ];
    return { file: 'rclone', args };
  },
};

/** Whether a program can be started here. */
export function isInstalled(file: string): boolean {
  return spawnSync(file, ['--version']).error === undefined;
}

function node(...args: string[]): Command {
  return { file: process.execPath, args };
}
