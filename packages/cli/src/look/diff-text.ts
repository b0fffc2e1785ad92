import { printable, sortByUtf8 } from '@cairn/core';
import type { MetadataChange, Version, VersionDiff } from '@cairn/sdk';
import { bytesText, countText } from '../output/format.js';
import { sizeText } from './entry-list.js';
import { keyText, valueText } from './flatten.js';

/** One change, for people and for programs. */
export interface ShownChange {
  readonly sign: '+' | '-' | '~' | '>';
  readonly path: string;
  /** What changed of it. */
  readonly text: string;
  /** `file` or `metadata`, the sign, the path, what it was and what it is. */
  readonly exact: readonly string[];
}

/** Added `+`, removed `-`, changed `~` and moved `>` files, in the order of their paths. */
export function fileChanges({ added, removed, changed, moved }: VersionDiff): ShownChange[] {
  const shown: ShownChange[] = [
    ...added.map((entry) => change('+', entry.path, '', exactSize(entry.size), sizeText(entry.size))),
    ...removed.map((entry) => change('-', entry.path, exactSize(entry.size), '', sizeText(entry.size))),
    ...changed.map(({ before, after }) => {
      const text = `${sizeText(before.size)} → ${sizeText(after.size)}`;
      return change('~', after.path, exactSize(before.size), exactSize(after.size), text);
    }),
    ...moved.map(({ before, after }) =>
      change('>', after.path, before.path, after.path, `from ${printable(before.path)}`),
    ),
  ];
  return sortByUtf8(shown, ({ path }) => path);
}

function change(
  sign: ShownChange['sign'],
  path: string,
  before: string,
  after: string,
  text: string,
): ShownChange {
  return {
    sign,
    path,
    text,
    exact: ['file', sign, path, before, after].map(printable),
  };
}

function exactSize(size: number | undefined): string {
  return size === undefined ? '' : String(size);
}

export function metadataChanges({ metadata }: VersionDiff): ShownChange[] {
  return metadata.map((changed) => {
    const { kind, path, before, after } = changed;
    const sign = kind === 'added' ? '+' : kind === 'removed' ? '-' : '~';
    const key = keyText(path);
    const [from, to] = [before, after].map((value) => (value === undefined ? '' : valueText(value)));
    const text = [from, to].filter((part) => part !== '').join(' → ');
    return {
      sign,
      path: key,
      text: `${text}${percent(changed)}`,
      exact: ['metadata', sign, key, from ?? '', to ?? ''],
    };
  });
}

/** By how much a number grew, such as ` (+0.2 %)`. */
function percent({ before, after }: MetadataChange): string {
  if (typeof before !== 'number' || typeof after !== 'number' || before === 0) return '';
  const grown = ((after - before) / Math.abs(before)) * 100;
  return ` (${grown >= 0 ? '+' : ''}${Number(grown.toPrecision(2))} %)`;
}

/** Such as `+2  ~1  -0  =1,001  +12.1 MiB`. */
export function summaryText(
  before: Version,
  after: Version,
  { added, removed, changed, moved }: VersionDiff,
): string {
  const same = before.entryCount - removed.length - changed.length - moved.length;
  const grown = after.size - before.size;
  const counts = [
    `+${countText(added.length)}`,
    `~${countText(changed.length)}`,
    `-${countText(removed.length)}`,
    moved.length === 0 ? '' : `>${countText(moved.length)}`,
    `=${countText(same)}`,
    grown === 0 ? '' : `${grown > 0 ? '+' : '-'}${bytesText(Math.abs(grown))}`,
  ];
  return counts.filter((part) => part !== '').join('  ');
}
