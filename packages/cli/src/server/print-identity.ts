import type { WhoAmI } from '@cairn/remote';
import { agoText } from '../output/format.js';
import type { Output } from '../output/output.js';
import { printRecord } from '../output/print-list.js';
import { keyJson, scopeText, stateText } from './key-list.js';

/** Prints who one is to a server. */
export async function printIdentity(
  output: Output,
  { user, isAdmin, key }: WhoAmI,
  server: string,
): Promise<void> {
  if (output.format === 'json')
    return printRecord(output, { user, admin: isAdmin, server, key: keyJson(key) });
  if (output.isQuiet) return output.write(`${user}\n`);
  const { bold, dim } = output.colors;
  const rows = [
    `${bold(user)}${isAdmin ? ' (server admin)' : ''} at ${server}`,
    `  ${dim('key')}     "${key.name}" ${key.start}…, ${stateText(key)}, made ${agoText(key.createdAt)}`,
    `  ${dim('scopes')}  ${key.scopes.map(scopeText).join(', ')}`,
  ];
  await output.write(`${rows.join('\n')}\n`);
}
