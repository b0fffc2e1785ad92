import type { AnyIterable } from '@cairn/core';
import { FolderWalk } from './folder-walk.js';

/** All that entries make of one folder. */
export interface FolderNames {
  readonly path: string;
  readonly parent: FolderNames | undefined;
  /** Each name in it, and whether it is that of a folder. */
  readonly names: Map<string, boolean>;
}

export function walkFolderNames(): FolderWalk<FolderNames> {
  return new FolderWalk<FolderNames>({
    open: (path, parent) => ({ path, parent, names: new Map() }),
    add: ({ names }, name, isFolder) => names.set(name, isFolder),
  });
}

/** The folders of entries that come in the order of their paths: those below a folder before it, the root as the last. */
export async function* foldersOf(
  batches: AnyIterable<readonly { readonly path: string }[]>,
): AsyncGenerator<FolderNames, void, undefined> {
  const walk = walkFolderNames();
  for await (const batch of batches) for (const { path } of batch) yield* walk.next(path);
  yield* walk.end();
}
