import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { type PeerCertificate, TLSSocket } from 'node:tls';

/** What one exchange with a server shows beside its answer. */
export interface Reached {
  readonly status: number;
  readonly body: string;
  /** The address that its name stands for. */
  readonly address: string;
  /** What the server's clock said, in milliseconds since 1970; to the second. */
  readonly date: number | undefined;
  /** The same of this machine, before it was asked and after it answered. */
  readonly between: readonly [number, number];
  /** That of the server, where there is TLS. */
  readonly certificate: PeerCertificate | undefined;
}

const timeoutMs = 10_000;

/** Asks once, past all proxies and what else the store's own connections do. Rejects with the error of the network. */
export function reach(url: string, signal: AbortSignal): Promise<Reached> {
  const start = Date.now();
  const ask = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = ask(url, { agent: false, signal, timeout: timeoutMs }, (answer) => {
      const end = Date.now();
      const { socket, statusCode = 0, headers } = answer;
      const seen = {
        status: statusCode,
        address: socket.remoteAddress ?? '?',
        date: headers.date === undefined ? undefined : Date.parse(headers.date),
        between: [start, end] as const,
        certificate: socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined,
      };
      text(answer).then((body) => resolve({ ...seen, body }), reject);
    });
    asked.on('timeout', () =>
      asked.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** The proxy by which a server is reached, without its credentials; `undefined` when there is none. */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const names = url.protocol === 'https:' ? ['https_proxy', 'http_proxy'] : ['http_proxy'];
  const [proxy] = names.flatMap((name) => env[name] || env[name.toUpperCase()] || []);
  if (proxy === undefined || isExempt(url, env.no_proxy || env.NO_PROXY || '')) return undefined;
  if (!URL.canParse(proxy)) return 'a proxy whose URL is none';
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** Whether `no_proxy` names the host, or a domain it is in. */
function isExempt({ hostname, port }: URL, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    const [name = '', only] = entry
      .toLowerCase()
      .replace(/^\*?\./, '')
      .split(':');
    if (name === '*') return true;
    const isNamed = name !== '' && (hostname === name || hostname.endsWith(`.${name}`));
    return isNamed && (only === undefined || only === port);
  });
}
