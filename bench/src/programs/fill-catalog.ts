import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@cairn/store';
import * as driver from '@photostructure/sqlite';
import { commitRequest } from '../commit-request.js';

// A hundred thousand durable commits take minutes on a disk, and seconds in memory.
const [count, folder = ''] = process.argv.slice(2);
const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cairn-bench-'));
try {
  const store = await openStore(join(memory, 'store'), { driver });
  for (let i = 0; i < Number(count); i++) {
    await store.catalog.commitVersion(
      await commitRequest(`content ${i}`, i % 1000 === 0 ? [`best-${i}`] : []),
    );
  }
  await store.close();
  cpSync(join(memory, 'store'), join(folder, 'store'), { recursive: true });
} finally {
  rmSync(memory, { recursive: true, force: true });
}
