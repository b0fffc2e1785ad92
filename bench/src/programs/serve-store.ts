import { join } from 'node:path';
import { createServer, listen } from '@cairn/server';
import { openStore } from '@cairn/store';
import * as driver from '@photostructure/sqlite';

// Says where it listens as soon as it does, and ends when its standard input does.
const [folder = ''] = process.argv.slice(2);
const store = await openStore(join(folder, 'store'), { driver });
const { url, close } = await listen(createServer({ store }), { port: 0 });
process.stderr.write(`${url}\n`);
process.stdin.resume();
process.stdin.once('end', async () => {
  await close();
  await store.close();
});
