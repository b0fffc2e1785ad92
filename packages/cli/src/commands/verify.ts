import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CairnError } from '@cairn/core';
import { findStore } from '@cairn/sdk';
import type { ExitCode } from '../failure/exit-codes.js';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { printFolderCheck } from '../keep/check-folder.js';
import { checkStore } from '../keep/check-store.js';
import { type Remembered, recallFolder } from '../move/folder-memory.js';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { args, options, signal, whenStopped } = invocation;
  whenStopped(() => 'not all was read');
  const [what, folder] = args;
  if (what === undefined) return checkStore(invocation);
  for (const name of ['repair', 'bucket', 'database']) {
    if (options.text(name) !== undefined)
      throw new UsageError(`--${name} is for the store`, 'Leave the argument out.');
  }
  const { ref, root, include } = targetOf(invocation, what, folder);
  const version = await (await invocation.api()).artifact(ref, { signal });
  const at = resolve(root ?? `artifacts/${version.name}-${version.version}`);
  if (statSync(at, { throwIfNoEntry: false }) === undefined) throw noFolder(at, ref);
  return printFolderCheck(invocation, version, at, await version.verify(at, { include, signal }));
}

interface Target {
  readonly ref: string;
  readonly root: string | undefined;
  readonly include?: readonly string[] | undefined;
}

/** One word is a folder if it is one that `get` made, else a version. */
function targetOf(invocation: Invocation, what: string, folder: string | undefined): Target {
  if (folder !== undefined) return { ref: what, root: folder };
  if (statSync(what, { throwIfNoEntry: false })?.isDirectory() !== true)
    return { ref: what, root: undefined };
  const made = recallFolder(invocation.env, what);
  if (made === undefined) return { ref: what, root: undefined };
  checkSameStore(invocation, what, made);
  return { ref: made.version, root: what, include: made.include };
}

function checkSameStore({ workspace }: Invocation, folder: string, { store, version }: Remembered): void {
  const place = workspace();
  if (findStore(place.store, place).location === store) return;
  throw new UsageError(`${folder} was made of ${version} in ${store}`, `Add --store ${store}`);
}

function noFolder(folder: string, ref: string): CairnError {
  return new CairnError('not_found', `there is no folder ${folder} to compare with ${ref}`, {
    hint: `Name the folder: cairn verify ${ref} FOLDER`,
  });
}
