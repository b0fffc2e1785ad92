// Deletes a version, unless it is gone, and says so. Usage: delete-version.mjs <folder> <number>
import { CairnError } from '@cairn/core';
import { openStore } from '@cairn/store';
import { syncFileSystem } from './sync-file-system.mjs';

const [folder, number] = process.argv.slice(2);
const fs = process.env.CAIRN_TEST_FS === 'sync' ? syncFileSystem : undefined;
try {
  const { catalog, close } = await openStore(folder, { fs });
  const ids = [];
  for await (const { id, version } of catalog.listVersions({})) if (version === Number(number)) ids.push(id);
  for (const id of ids) await catalog.deleteVersion(id, { deleteAliases: true });
  console.log(JSON.stringify({ deleted: Number(number) }));
  await close();
} catch (error) {
  if (!CairnError.is(error)) throw error;
  console.log(JSON.stringify({ failed: error.code, message: error.message }));
}
