import { readFileSync } from 'node:fs';
import { createServer, listen, silentLogger } from '@cairn/server';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import type { Options } from '../options.js';
import { printRecord } from '../output/print-list.js';
import { lineLogger } from '../server/line-logger.js';
import { openServedStore } from '../server/open-served-store.js';
import { readLimits } from '../server/read-limits.js';

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, signal } = invocation;
  const tls = readTls(options);
  const limits = readLimits(options);
  const { store, location, close: closeStore } = await openServedStore(invocation);
  try {
    const server = createServer({
      store,
      auth: options.has('keys') ? 'keys' : 'none',
      direct: { downloads: options.has('direct'), uploads: options.has('direct') },
      basePath: options.text('base-path'),
      trustedProxies: options.list('trust-proxy'),
      limits,
      logger: output.isQuiet ? silentLogger : lineLogger(output),
    });
    const { url, setupUrl, close } = await listen(server, {
      port: options.whole('port'),
      host: options.text('bind'),
      tls,
    });
    try {
      if (output.format === 'json') {
        await printRecord(output, { url, setupUrl: setupUrl ?? null, store: location });
      } else {
        await output.write(`${url}\n`);
        output.talk(`serving ${location}; Ctrl-C stops it`);
        // Not a line of the log: whoever has it makes the first key.
        if (setupUrl !== undefined) output.talk(`the first key, within an hour:  cairn login '${setupUrl}'`);
      }
      await until(signal);
    } finally {
      await close();
    }
  } finally {
    await closeStore();
  }
}

function readTls(options: Options): { cert: string; key: string } | undefined {
  const [cert, key] = [options.text('tls-cert'), options.text('tls-key')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError('a certificate needs its key', 'Give both --tls-cert and --tls-key.');
  }
  try {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } catch (error) {
    throw new UsageError(`can't read the certificate: ${(error as Error).message}`);
  }
}

/** To be stopped is how serving ends. */
function until(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
