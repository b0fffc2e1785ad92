import { CairnError } from '@cairn/core';
import type { Invocation } from '../invocation.js';
import { printRecord } from '../output/print-list.js';
import { checkKey } from '../settings/check-setting.js';

export async function run({ args, output, settings }: Invocation): Promise<void> {
  const key = checkKey(args[0] ?? '');
  const found = settings.values[key];
  if (found === undefined) {
    throw new CairnError('not_found', `"${key}" is not set`, {
      hint: `Set it with: cairn config set ${key} VALUE`,
    });
  }
  if (output.format === 'json') return printRecord(output, { key, ...found });
  await output.write(`${found.value}\n`);
}
