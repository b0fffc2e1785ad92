import { createServer, listen } from '@cairn/server';
import { openStore } from '@cairn/store';

const store = await openStore(process.env.CAIRN_DATA ?? '/var/lib/cairn');
const server = createServer({ store });
const { url, setupUrl, close } = await listen(server, {
  host: process.env.CAIRN_HOST ?? '127.0.0.1',
  port: Number(process.env.CAIRN_PORT ?? 8787),
});
process.stderr.write(`Cairn is at ${url}\n`);
if (setupUrl !== undefined) process.stderr.write(`make the first key at ${setupUrl}\n`);

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await close();
    await store.close();
  });
}
