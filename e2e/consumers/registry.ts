import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
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

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const folders = readdirSync(packages)
  .map((name) => join(packages, name))
  .filter((folder) => existsSync(join(folder, 'dist')));

export async function openRegistry(): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-registry-'));
  const packed = await Promise.all(folders.map((cwd) => pack(cwd, folder)));
  const tarballs = new Map(packed.map(({ filename }) => [filename, readFileSync(join(folder, filename))]));
  await rm(folder, { recursive: true });

  // npm remembers answers by their address. An address of its own for every run keeps it from old ones.
  const base = `/${randomUUID()}/`;
  const server = createServer(({ url = '', headers }, response) => {
    const name = decodeURIComponent(url.slice(base.length));
    const tarball = tarballs.get(name);
    const found = packed.find((candidate) => candidate.manifest.name === name);
    if (!url.startsWith(base) || (found ?? tarball) === undefined) response.writeHead(404).end();
    else if (found === undefined) response.end(tarball);
    else
      response.setHeader('content-type', 'application/json').end(JSON.stringify(page(found, headers.host)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  function page({ manifest, filename, integrity }: Packed, host = ''): object {
    const { name, version } = manifest;
    const dist = { integrity, tarball: `http://${host}${base}${filename}` };
    return {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist } },
      time: { [version]: new Date(0).toISOString() },
    };
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly filename: string;
  readonly integrity: string;
}

async function pack(cwd: string, destination: string): Promise<Packed> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--loglevel=error', `--pack-destination=${destination}`],
    { cwd, shell: process.platform === 'win32' },
  );
  const [{ filename, integrity }] = JSON.parse(stdout);
  return { manifest: JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')), filename, integrity };
}
