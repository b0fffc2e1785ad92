// Removes all that no version of a store needs, and says how many bytes that freed. Usage: collect-garbage.mjs <folder>
import { CairnError } from '@cairn/core';
import { openStore } from '@cairn/store';
import { syncFileSystem } from './sync-file-system.mjs';

const fs = process.env.CAIRN_TEST_FS === 'sync' ? syncFileSystem : undefined;
try {
  const store = await openStore(process.argv[2], { fs });
  const { freedBytes } = await store.gc({ graceMs: -1000, maxDead: 0 });
  await store.close();
  console.log(JSON.stringify({ freedBytes }));
} catch (error) {
  if (!CairnError.is(error)) throw error;
  console.log(JSON.stringify({ failed: error.code, message: error.message }));
}
