import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerGaps } from './gaps.js';
import { cacheFolder, run } from './install.js';
import { credentials, type RunningServer, startServer } from './start.js';

const version = 'v1.7.0';

/** VersityGW, an S3 server in Go that keeps objects as files. Built by Go, once. */
export async function startVersityGw(): Promise<RunningServer> {
  const bin = join(cacheFolder(), `versitygw-${version}`);
  const program = join(bin, 'versitygw');
  if (!existsSync(program)) {
    run('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${version}`], { GOBIN: bin });
  }
  return startServer((port, folder) => {
    const [objects, versions] = [join(folder, 'objects'), join(folder, 'versions')];
    for (const path of [objects, versions]) mkdirSync(path);
    const args = ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--versioning-dir', versions, objects];
    const { accessKeyId, secretAccessKey } = credentials;
    const env = { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
    return [{ command: program, args, env }];
  });
}

const files = 'it keeps objects as files';

export const versityGwGaps: ServerGaps = {
  server: [
    { case: 'keeps keys with segments that are dots', reason: files },
    { case: 'keeps keys with a slash at the end', reason: `${files}: a folder has no bytes` },
    { case: 'keeps keys that are folders of other keys', reason: files },
    {
      case: 'keeps keys with control characters',
      reason: 'it ignores encoding-type in the listing of versions',
    },
    { case: 'lets one of many writers win', reason: 'it looks whether a key is there, and then writes' },
  ],
  store: [
    { case: 'keeps keys that are no paths of a folder', reason: files },
    { case: 'keeps keys of 1,024 bytes', reason: `${files}, whose names have at most 255 bytes` },
    { case: 'lists keys that start with a text, whatever follows', reason: files },
    { case: 'deletes the objects it is told to, and no others', reason: files },
  ],
  byChance: ['lets one of 20 callers win who write an absent object at once'],
};
