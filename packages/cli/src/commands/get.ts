import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CairnError } from '@cairn/core';
import { findStore, type Version } from '@cairn/sdk';
import { confirm } from '../confirm.js';
import type { Invocation } from '../invocation.js';
import { addressOf } from '../look/version-list.js';
import { rememberFolder } from '../move/folder-memory.js';
import { printFolderPlan } from '../move/print-folder-plan.js';
import { bytesText, countOf } from '../output/format.js';
import { printRecord } from '../output/print-list.js';
import { startProgress } from '../progress/start-progress.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, output, signal, progress, whenStopped } = invocation;
  const api = await invocation.api();
  const version = await api.artifact(args[0] ?? '', { signal });
  const globs = options.list('path');
  const include = globs.length === 0 ? undefined : globs;
  const exact = options.has('exact');
  const root = args[1];
  if (options.has('dry-run')) {
    return printFolderPlan(output, await version.verify(root, { include, signal }), exact);
  }
  if (exact) await confirmExact(invocation, version, root);
  const told = await startProgress(output, progress);
  whenStopped(() => {
    const done = told.last()?.files?.done ?? 0;
    const kept = done > 0 ? ` (${countOf(done, 'file')} done)` : '';
    return `the files that are there are whole; run it again to go on${kept}`;
  });
  const folder = await version
    .download({ root, include, exact, signal, onProgress: told.onProgress })
    .finally(told.stop);
  const { location: store } = findStore(invocation.workspace().store, invocation.workspace());
  rememberFolder(invocation.env, folder, { version: `${version}`, store, include });
  const verified = options.has('verify');
  if (verified) await checkFolder(version, folder, include, signal);
  const { loaded = 0, reused = 0, files } = told.last() ?? {};
  const { entity, project, name } = version;
  if (output.format === 'json') {
    return printRecord(output, {
      ...{ entity, project, name, version: version.version, folder, files: files?.done ?? 0 },
      ...{ writtenBytes: loaded - reused, reusedBytes: reused, verified },
    });
  }
  const kept = reused > 0 ? `, ${bytesText(reused)} were there` : '';
  output.talk(
    `${addressOf(version)}  ${countOf(files?.done ?? 0, 'file')} · ${bytesText(loaded - reused)} written${kept}${verified ? ', all verified' : ''}`,
  );
  await output.write(`${folder}\n`);
}

/** Asks before anything is removed that may be somebody's only copy; an empty folder holds nothing. */
async function confirmExact(
  invocation: Invocation,
  version: Version,
  root: string | undefined,
): Promise<void> {
  const folder = resolve(root ?? `artifacts/${version.name}-${version.version}`);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  if (readdirSync(folder).length === 0) return;
  await confirm(invocation, { ask: `Remove from ${folder} what is not in ${addressOf(version)}?` });
}

/** @throws CairnError `integrity_mismatch` when a file is not what it should be. */
async function checkFolder(
  version: Version,
  folder: string,
  include: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { changed, missing } = await version.verify(folder, { include, signal });
  const wrong = [...changed, ...missing];
  if (wrong.length === 0) return;
  const message = `${countOf(wrong.length, 'file')} in ${resolve(folder)} changed since: ${wrong[0]}`;
  throw new CairnError('integrity_mismatch', message, {
    hint: 'If nothing else writes there, look after the disk.',
  });
}
