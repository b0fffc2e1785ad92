import { CairnError } from '@cairn/core';
import type { Entry, Version } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { entryList } from '../look/entry-list.js';
import { treeLines } from '../look/file-tree.js';
import { cutLine } from '../output/cut.js';
import { printList } from '../output/print-list.js';
import { firstOf, limitOf, tellCut } from '../output/shown.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, output, signal } = invocation;
  const api = await invocation.api();
  const version = await api.artifact(args[0] ?? '', { signal });
  const entries = under(version, args[1], signal);
  const limit = limitOf(options, output);
  if (options.has('tree') && output.format === 'text' && !output.isQuiet) {
    for await (const line of treeLines(entries)) await output.write(`${cutLine(line, output.width)}\n`);
    return;
  }
  if (limit === undefined) return printList(output, entries, entryList);
  const { items, isCut } = await firstOf(entries, limit);
  await printList(output, items, entryList);
  if (isCut) tellCut(output, items.length, args[1] === undefined ? version.entryCount : undefined);
}

/** All entries; those in a folder; or the one at a path. @throws CairnError `not_found`, with the nearest paths. */
async function* under(
  version: Version,
  path: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  if (path === undefined || path === '' || path === '.') return yield* version.entries({ signal });
  const folder = path.replace(/\/+$/, '');
  let isEmpty = true;
  for await (const entry of version.entries({ prefix: `${folder}/`, signal })) {
    isEmpty = false;
    yield entry;
  }
  if (isEmpty && path.endsWith('/'))
    throw new CairnError('not_found', `there is no folder "${folder}" in it`);
  if (isEmpty) yield await version.getPath(folder, { signal });
}
