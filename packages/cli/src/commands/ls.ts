import type { Api, CollectionRecord } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { collectionList, sortCollections } from '../look/collection-list.js';
import { findTarget, type Target } from '../look/find-target.js';
import { versionList } from '../look/version-list.js';
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
  { options, output, signal }: Invocation,
  api: Api,
  target: Target,
): Promise<void> {
  const limit = limitOf(options, output);
  const versions = api.artifacts({
    ...target,
    type: options.text('type'),
    where: options.text('where'),
    sort: options.text('sort'),
    limit: limit === undefined ? undefined : limit + 1,
    signal,
  });
  if (limit === undefined) return printList(output, versions, versionList);
  const { items, isCut } = await firstOf(versions, limit);
  if (items.length === 0) output.talk('no versions');
  await printList(output, items, versionList);
  if (isCut) tellCut(output, items.length, undefined);
}

async function listCollections(
  { options, output, signal }: Invocation,
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
  if (all.length === 0) output.talk('nothing is logged here yet');
  await printList(output, shown, collectionList);
  if (shown.length < all.length) tellCut(output, shown.length, all.length);
}
