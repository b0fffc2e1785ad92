import { fileURLToPath } from 'node:url';
import { freePort, startServer } from './start-server.js';

/** What goes wrong on the way to a server; haproxy.cfg says how. */
const proxyFaults = ['busy', 'dropping', 'slow', 'down', 'dead', 'limited'] as const;

type ProxyFault = (typeof proxyFaults)[number];

/** Where a server is reached with each of the faults. */
interface FaultyProxy {
  readonly endpoints: Readonly<Record<ProxyFault, string>>;
  stop(): Promise<void>;
}

/**
 * A haproxy in front of the server at `endpoint`.
 *
 * @param running Where the first fault of one that runs already is reached; the others are at the ports behind it.
 */
export async function startHaproxy(endpoint: string, running?: string): Promise<FaultyProxy> {
  if (running !== undefined) {
    const first = Number(new URL(running).port);
    return { endpoints: endpointsFrom(proxyFaults.map((_, i) => first + i)), stop: async () => undefined };
  }
  const ports = await Promise.all(proxyFaults.map(freePort));
  const { stop } = await startServer((port) => {
    ports[0] = port; // by which it is known that it listens
    const named = proxyFaults.map((fault, i) => [fault.toUpperCase(), String(ports[i])]);
    const env = { ADDRESS: '127.0.0.1', SERVER: new URL(endpoint).host, ...Object.fromEntries(named) };
    const folder = fileURLToPath(new URL('.', import.meta.url));
    return [{ command: 'haproxy', args: ['-db', '-C', folder, '-f', 'haproxy.cfg'], env }];
  });
  return { endpoints: endpointsFrom(ports), stop };
}

function endpointsFrom(ports: readonly number[]): FaultyProxy['endpoints'] {
  const pairs = proxyFaults.map((fault, i) => [fault, `http://127.0.0.1:${ports[i]}`]);
  return Object.fromEntries(pairs);
}
