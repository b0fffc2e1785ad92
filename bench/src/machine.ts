import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { loadHasher } from '@cairn/core';

const require = createRequire(import.meta.url);

/** Where and with what figures were taken. */
export async function describeMachine(): Promise<Record<string, unknown>> {
  const [cpu] = cpus();
  return {
    system: `${platform()} ${release()} ${arch()}`,
    cpu: cpu?.model,
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    load: loadavg()[0], // over the minute before: of other work
    node: process.version,
    hash: (await loadHasher()).implementation,
    packages: Object.fromEntries(
      [
        '@cairn/core',
        '@cairn/file',
        '@cairn/store',
        '@cairn/sdk',
        '@cairn/server',
        '@photostructure/sqlite',
      ].map((name) => [name, versionOf(name)]),
    ),
  };
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
}
