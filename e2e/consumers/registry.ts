import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** An npm registry on this machine that has this repository's packages, packed as npm would publish them. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

export async function openRegistry(): Promise<Registry> {
  const folders = new Map(
    readdirSync(packages)
      .map((name) => join(packages, name))
      .filter((folder) => existsSync(join(folder, 'dist')))
      .map((folder): [string, string] => [manifestOf(folder).name, folder]),
  );
  const tarballs = await mkdtemp(join(tmpdir(), 'cairn-registry-'));
  // npm remembers answers by their address. An address of its own for every registry keeps it from old ones.
  const base = `/${randomUUID()}/`;

  async function answer(url: string, host: string): Promise<Uint8Array | string | undefined> {
    if (!url.startsWith(base)) return undefined;
    const name = decodeURIComponent(url.slice(base.length));
    if (name.endsWith('.tgz')) return readFile(join(tarballs, name));
    const folder = folders.get(name);
    return folder && describe(manifestOf(folder), await pack(folder, tarballs), `http://${host}${base}`);
  }

  const server = createServer(({ url = '', headers: { host = '' } }, response) => {
    answer(url, host).then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    async close() {
      await new Promise((closed) => server.close(closed));
      await rm(tarballs, { recursive: true });
    },
  };
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The page of a package that has one version. */
function describe(manifest: Manifest, { filename, integrity }: Tarball, base: string): string {
  const { name, version } = manifest;
  return JSON.stringify({
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist: { integrity, tarball: base + filename } } },
    time: { [version]: new Date(0).toISOString() },
  });
}

interface Tarball {
  readonly filename: string;
  readonly integrity: string;
}

async function pack(cwd: string, destination: string): Promise<Tarball> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--loglevel=error', `--pack-destination=${destination}`],
    { cwd, shell: process.platform === 'win32' },
  );
  return JSON.parse(stdout)[0];
}
