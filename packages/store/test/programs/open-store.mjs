// Opens a store and says which algorithm it has, or what failed. Usage: open-store.mjs <folder> <algorithm>
import { CairnError } from '@cairn/core';
import { openStore } from '@cairn/store';

const [folder, algorithm] = process.argv.slice(2);
try {
  const store = await openStore(folder, { algorithm });
  console.log(JSON.stringify({ algorithm: store.blobs.algorithm }));
  await store.close();
} catch (error) {
  if (!CairnError.is(error)) throw error;
  console.log(JSON.stringify({ failed: error.code }));
}
