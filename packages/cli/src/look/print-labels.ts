import { printable } from '@cairn/core';
import type { Version } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { printRecord } from '../output/print-list.js';
import { addressOf, aliasesOf, versionJson } from './version-list.js';

/** Prints a version that was changed, with its aliases. */
export async function printLabels({ output, refOf }: Invocation, version: Version): Promise<void> {
  if (output.format === 'json') return printRecord(output, versionJson(version));
  const { bold, green } = output.colors;
  const aliases = aliasesOf(version).map(printable).join(', ');
  const address = addressOf(version);
  await output.write(output.isQuiet ? `${refOf(version)}\n` : `${bold(address)}  ${green(aliases)}\n`);
}
