import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startServer } from './start-server.js';

/** What goes wrong on the way to a server: for some requests by chance, or for all. */
const faults = {
  /** Every seventh request or so is refused with 503. */
  busy: 'http-request deny deny_status 503 if { rand(100) lt 15 }',
  /** The connection of every seventh request or so falls silent. */
  dropping: 'http-request silent-drop if { rand(100) lt 15 }',
  /** Every request is held for 300 ms. */
  slow: 'http-request lua.hold',
  /** Every request is refused with 503. */
  down: 'http-request deny deny_status 503',
  /** Every connection falls silent. */
  dead: 'http-request silent-drop',
} as const;

export type ProxyFault = keyof typeof faults;

/** Servers in front of a server, one for each fault. */
export interface FaultyProxy {
  readonly endpoints: Readonly<Record<ProxyFault, string>>;
  stop(): Promise<void>;
}

/** A haproxy in front of a server that listens at `endpoint`. */
export async function startHaproxy(endpoint: string): Promise<FaultyProxy> {
  const names = Object.keys(faults) as ProxyFault[];
  const ports: number[] = [];
  const { stop } = await startServer(async (first, folder) => {
    ports.push(first);
    while (ports.length < names.length) ports.push(await freePort());
    copyFileSync(fileURLToPath(new URL('haproxy.lua', import.meta.url)), join(folder, 'haproxy.lua'));
    const frontends = names.map((name, i) => frontend(name, ports[i] ?? 0));
    const config = join(folder, 'haproxy.cfg');
    writeFileSync(config, [head(folder), ...frontends, back(endpoint)].join('\n'));
    return [{ command: 'haproxy', args: ['-db', '-f', config] }];
  });
  const pairs = names.map((name, i) => [name, `http://127.0.0.1:${ports[i]}`]);
  return { endpoints: Object.fromEntries(pairs), stop };
}

const head = (folder: string) => `
global
  maxconn 500
  lua-load ${join(folder, 'haproxy.lua')}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`;

const frontend = (name: ProxyFault, port: number) => `
frontend ${name}
  bind 127.0.0.1:${port}
  ${faults[name]}
  default_backend server
`;

const back = (endpoint: string) => `
backend server
  server server ${new URL(endpoint).host}
`;
