import { quote } from '@cairn/core';
import type { Api, CollectionRecord } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { collectionList, sortCollections } from '../look/collection-list.js';
import { findTarget, type Target } from '../look/find-target.js';
import { versionList } from '../look/version-list.js';
import type { Options } from '../options.js';
import { printList } from '../output/print-list.js';
import { firstOf, limitOf, tellCut } from '../output/shown.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, signal } = invocation;
  const api = await invocation.api();
  const [what] = args;
  const target = what === undefined ? {} : await findTarget(api, what, signal);
  const ofVersions = target.name !== undefined || options.text('where') !== undefined;
  await (ofVersions ? listVersions(invocation, api, target) : listCollections(invocation, api, target));
}

async function listVersions(
  { options, output, refOf, signal }: Invocation,
  api: Api,
  target: Target,
): Promise<void> {
  const limit = limitOf(options, output);
  const list = { ...versionList, id: refOf };
  const versions = api.artifacts({
    ...target,
    type: options.text('type'),
    where: options.text('where'),
    sort: options.text('sort'),
    limit: limit === undefined ? undefined : limit + 1,
    signal,
  });
  if (limit === undefined) return printList(output, versions, list);
  const { items, isCut } = await firstOf(versions, limit);
  await printList(output, items, list);
  if (isCut) tellCut(output, items.length, undefined);
}

async function listCollections(
  { options, output, refOf, signal }: Invocation,
  api: Api,
  target: Target,
): Promise<void> {
  const scope = { ...target, type: options.text('type'), signal };
  const sort = options.text('sort');
  const limit = limitOf(options, output);
  const found: CollectionRecord[] = [];
  for await (const record of api.collections(scope)) found.push(record);
  const all = sort === undefined ? found : sortCollections(found, sort);
  const shown = all.slice(0, limit);
  await printList(output, shown, {
    ...collectionList,
    id: ({ entity, project, name }) => refOf({ entity, project, name }),
    empty: emptyText(options),
  });
  if (shown.length < all.length) tellCut(output, shown.length, all.length);
}

function emptyText(options: Options): string {
  const type = options.text('type');
  return type === undefined
    ? 'nothing is logged here yet; log something with: cairn put PATH'
    : `there is nothing of the type ${quote(type)}`;
}
