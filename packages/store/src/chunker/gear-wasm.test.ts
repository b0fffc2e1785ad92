import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import loadWabt from 'wabt';

test('the module in use is gear.wat, assembled', async () => {
  const source = await readFile(new URL('gear.wat', import.meta.url), 'utf8');
  const { parseWat } = await loadWabt();
  const base64 = Buffer.from(parseWat('gear.wat', source).toBinary({}).buffer).toString('base64');
  const lines = base64.match(/.{1,100}/g)?.map((line) => `  '${line}'`) ?? [];
  // `vitest --update` writes the file again.
  await expect(`/** \`gear.wat\`, assembled, in base64. Made by \`gear-wasm.test.ts\`. */
export const gearWasm: string =
${lines.join(' +\n')};
`).toMatchFileSnapshot('gear-wasm.ts');
});
