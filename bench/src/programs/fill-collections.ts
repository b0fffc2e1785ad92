import { join } from 'node:path';
import { openStore } from '@cairn/store';
import { commitRequest } from '../commit-request.js';

// Collections of one version each, in the project that the command line takes by default.
const [count, folder = ''] = process.argv.slice(2);
const store = await openStore(join(folder, 'store'));
for (let i = 0; i < Number(count); i++) {
  const request = await commitRequest(`content ${i}`);
  await store.catalog.commitVersion({ ...request, project: 'default', name: `bikes-${i}` });
}
await store.close();
