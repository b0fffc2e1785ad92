import { printable } from '@cairn/core';
import type { Version, VersionDiff } from '@cairn/sdk';
import { type ExitCode, exitCodes } from '../failure/exit-codes.js';
import type { Invocation } from '../invocation.js';
import { fileChanges, metadataChanges, summaryText } from '../look/diff-text.js';
import { recordJson } from '../look/entry-list.js';
import { addressOf } from '../look/version-list.js';
import { countOf } from '../output/format.js';
import { printRecord } from '../output/print-list.js';
import { limitOf, tellCut } from '../output/shown.js';
import { layOutTable, type TableColumn } from '../output/table.js';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { args, options, output, signal } = invocation;
  const api = await invocation.api();
  const [before, after] = await Promise.all([
    api.artifact(args[0] ?? '', { signal }),
    api.artifact(args[1] ?? '', { signal }),
  ]);
  const only = options.has('files') ? 'files' : options.has('metadata') ? 'metadata' : undefined;
  const diff = without(await before.diff(after, { signal }), only);
  const isSame = Object.values(diff).every((changes) => changes.length === 0);
  if (output.format === 'json') await printRecord(output, diffJson(before, after, diff, isSame));
  else await printText(invocation, before, after, diff, only);
  return options.has('exit-code') && !isSame ? exitCodes.failure : exitCodes.ok;
}

/** Without headings: what it is can be seen. */
const changeColumns: readonly TableColumn[] = [
  { heading: '' },
  { heading: '', shrinks: true },
  { heading: '', shrinks: true },
];

/** Leaves out what was not asked for. */
function without(diff: VersionDiff, only: 'files' | 'metadata' | undefined): VersionDiff {
  if (only === 'metadata') return { ...diff, added: [], removed: [], changed: [], moved: [] };
  return only === 'files' ? { ...diff, metadata: [] } : diff;
}

async function printText(
  { options, output }: Invocation,
  before: Version,
  after: Version,
  diff: VersionDiff,
  only: 'files' | 'metadata' | undefined,
): Promise<void> {
  const files = fileChanges(diff);
  const metadata = metadataChanges(diff);
  if (output.isQuiet || !output.isTerminal) {
    for (const { exact, path } of [...files, ...metadata]) {
      await output.write(`${output.isQuiet ? path : exact.join('\t')}\n`);
    }
    return;
  }
  const limit = limitOf(options, output);
  const { bold, dim, green, red, yellow } = output.colors;
  const colors: Readonly<Record<string, (text: string) => string>> = {
    '+': green,
    '-': red,
    '~': yellow,
    '>': yellow,
  };
  const lines: string[] = [];
  for (const [name, changes] of [
    ['files', files],
    ['metadata', metadata],
  ] as const) {
    if (only !== undefined && only !== name) continue;
    const summary = name === 'files' ? summaryText(before, after, diff) : countText(changes);
    lines.push(`${bold(name.padEnd(8))}  ${dim(summary)}`);
    const shown = changes.slice(0, limit);
    const cells = shown.map(({ sign, path, text }) => [`  ${sign}`, printable(path), text]);
    const styled = (text: string, row: number, column: number) =>
      column === 0 ? (colors[shown[row]?.sign ?? '']?.(text) ?? text) : text;
    lines.push(...layOutTable(changeColumns, cells, output.width, styled).slice(1));
  }
  await output.write(`${lines.join('\n')}\n`);
  const most = Math.max(files.length, metadata.length);
  if (limit !== undefined && most > limit) tellCut(output, limit, most);
}

function countText(changes: readonly unknown[]): string {
  return changes.length === 0 ? 'the same' : countOf(changes.length, 'change');
}

function diffJson(before: Version, after: Version, diff: VersionDiff, isSame: boolean): object {
  const pair = (change: VersionDiff['changed'][number]) => ({
    before: recordJson(change.before),
    after: recordJson(change.after),
  });
  return {
    from: addressOf(before),
    to: addressOf(after),
    same: isSame,
    added: diff.added.map(recordJson),
    removed: diff.removed.map(recordJson),
    changed: diff.changed.map(pair),
    moved: diff.moved.map(pair),
    metadata: diff.metadata.map(({ kind, path, before = null, after = null }) => ({
      kind,
      path,
      before,
      after,
    })),
  };
}
