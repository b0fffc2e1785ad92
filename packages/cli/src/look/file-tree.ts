import { printable } from '@cairn/core';
import type { Entry } from '@cairn/sdk';
import { sizeText } from './entry-list.js';

/**
 * Entries as a tree, a line each. They come in the order of their paths, so nothing has to be held: a folder's line is
 * drawn when its first entry comes.
 */
export async function* treeLines(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  let folders: readonly string[] = [];
  for await (const entry of entries) {
    const parts = entry.path.split('/');
    const name = parts.pop() ?? '';
    const common = sharedLength(folders, parts);
    for (const [at, folder] of parts.entries()) {
      if (at >= common) yield `${'  '.repeat(at)}${printable(folder)}/`;
    }
    folders = parts;
    const uri = entry.ref();
    const target = uri === undefined ? '' : `  → ${printable(uri)}`;
    yield `${'  '.repeat(parts.length)}${printable(name)}  ${sizeText(entry.size)}${target}`;
  }
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
