import { printable } from '@cairn/core';
import type { LoggedVersion } from '@cairn/sdk';
import { addressOf, aliasesOf } from '../look/version-list.js';
import type { Colors } from '../output/colors.js';
import { bytesText, countOf, countText } from '../output/format.js';
import type { Changes } from './what-changed.js';

/** What a put did, in one line. */
export function putText(
  version: LoggedVersion<object>,
  changes: Changes | undefined,
  colors: Colors,
): string {
  const { bold, green } = colors;
  const address = bold(addressOf(version));
  if (!version.created) return `no change: same as ${address}`;
  const aliases = aliasesOf(version).map(printable).join(', ');
  const { bytes } = version;
  const sent = `sent ${bytesText(bytes.new)} of ${bytesText(bytes.new + bytes.reused)}`;
  return `${address} (${green(aliases)})  ${changesText(version, changes)} · ${sent}`;
}

function changesText({ entryCount }: LoggedVersion<object>, changes: Changes | undefined): string {
  if (changes === undefined) return countOf(entryCount, 'file');
  const parts: readonly [number, string][] = [
    [changes.added, 'new'],
    [changes.changed, 'changed'],
    [changes.moved, 'moved'],
    [changes.removed, 'removed'],
    [changes.same, 'same'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${countText(count)} ${word}`);
  return said.length === 0 ? 'no files' : said.join(', ');
}
