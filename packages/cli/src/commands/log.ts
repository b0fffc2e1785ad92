import { parseArtifactRef } from '@cairn/core';
import type { Version } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { scopeOf } from '../keep/find-deleted.js';
import { valueText } from '../look/flatten.js';
import { metadataPath, valueAt } from '../look/metadata-path.js';
import { sparkline } from '../look/sparkline.js';
import { addressOf, versionJson, versionList } from '../look/version-list.js';
import { type ListRequest, printList } from '../output/print-list.js';
import { firstOf, limitOf, tellCut } from '../output/shown.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, output, signal } = invocation;
  const [ref = ''] = args;
  const api = await invocation.api();
  const deleted = options.has('deleted');
  // To look it up also tells who mistook the name what there is; but all of its versions may be deleted.
  const { entity, project, name } = deleted
    ? parseArtifactRef(ref, scopeOf(invocation)).collection
    : await api.artifact(ref, { signal });
  const plotted = options.text('plot');
  const path = plotted === undefined ? undefined : metadataPath(plotted);
  const limit = limitOf(options, output);
  const { items, isCut } = await firstOf(
    api.artifacts({
      entity,
      project,
      name,
      deleted,
      limit: limit === undefined ? undefined : limit + 1,
      signal,
    }),
    limit,
  );
  const list = path === undefined ? logList : plotList(path);
  const empty = deleted ? 'nothing that was deleted can be restored' : list.empty;
  await printList(output, items, {
    ...list,
    id: invocation.refOf,
    ...(empty === undefined ? {} : { empty }),
  });
  if (isCut) tellCut(output, items.length, undefined);
  if (path !== undefined && output.format === 'text' && !output.isQuiet) {
    output.talk(plotText(path, items.toReversed()));
  }
}

const described: ListRequest<Version>['columns'][number] = {
  heading: 'ABOUT',
  shrinks: true,
  drops: 5,
  text: ({ description = '' }) => description,
};

const columns = versionList.columns.filter(({ heading }) => heading !== 'TYPE');
const logList: ListRequest<Version> = { ...versionList, columns: [...columns, described] };

/** With the value of a key in a column of its own. */
function plotList(path: readonly string[]): ListRequest<Version> {
  const text = (version: Version) => {
    const value = valueAt(version.metadata, path);
    return value === undefined ? '' : valueText(value);
  };
  const column = { heading: path.join('.').toUpperCase(), align: 'right', text } as const;
  return {
    id: addressOf,
    columns: [...columns, column],
    json: (version) => ({ ...versionJson(version), plot: valueAt(version.metadata, path) ?? null }),
  };
}

/** From the oldest to the newest. */
function plotText(path: readonly string[], versions: readonly Version[]): string {
  const values = versions.map(({ metadata }) => {
    const value = valueAt(metadata, path);
    return typeof value === 'number' ? value : undefined;
  });
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return `no version has a number at ${path.join('.')}`;
  const [first, last] = [versions[0], versions.at(-1)];
  const range = `${Math.min(...known)} – ${Math.max(...known)}`;
  return `${path.join('.')}  ${first?.version} ${sparkline(values)} ${last?.version}  ${range}`;
}
