import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a server counts. Each server counts for itself. */
export interface Metrics {
  requestDone(route: string, method: string, status: number, ms: number): void;
  received(bytes: number): void;
  sent(bytes: number): void;
  /** As Prometheus reads it. */
  text(): Promise<string>;
  readonly type: string;
}

/** @param gauges What is looked at when it is asked for, by its name and what it means. */
export function createMetrics(
  gauges: readonly (readonly [name: string, help: string, look: () => number])[],
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['route', 'method', 'status'] as const;
  const requests = new Histogram({
    name: 'cairn_http_request_duration_seconds',
    help: 'How long requests took, until their answer was ready to be sent.',
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const received = new Counter({
    name: 'cairn_received_bytes_total',
    help: 'Bytes of packs received.',
    registers,
  });
  const sent = new Counter({ name: 'cairn_sent_bytes_total', help: 'Bytes of blobs sent.', registers });
  for (const [name, help, look] of [...ofProcess, ...gauges]) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(look());
      },
    });
  }
  return {
    requestDone: (route, method, status, ms) =>
      requests.observe({ route, method, status: String(status) }, ms / 1000),
    received: (bytes) => received.inc(bytes),
    sent: (bytes) => sent.inc(bytes),
    text: () => registry.metrics(),
    type: registry.contentType,
  };
}

const ofProcess: readonly (readonly [string, string, () => number])[] = [
  ['process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()],
  ['process_cpu_seconds', 'CPU time, user and system.', () => cpuSeconds()],
  ['process_uptime_seconds', 'How long the process has been running.', () => process.uptime()],
];

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
