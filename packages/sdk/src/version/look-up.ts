import {
  CairnError,
  type Catalog,
  type CollectionRecord,
  type CollectionRef,
  parseArtifactRef,
  quote,
  type Store,
  type VersionSelector,
} from '@cairn/core';
import { validate } from '../metadata-schema.js';
import type { MetadataSchema } from '../metadata-types.js';
import type { Workspace } from '../workspace.js';
import { nearest, oneOf } from './nearest.js';
import { StoredVersion } from './stored-version.js';

export interface LookUpOptions {
  readonly type?: string | undefined;
  readonly schema?: MetadataSchema | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The version that a text addresses.
 *
 * @throws CairnError `not_found` with the nearest names, `name_invalid`, `alias_invalid`, `type_mismatch`,
 * `metadata_invalid`.
 */
export async function lookUp(
  workspace: Workspace,
  { catalog }: Store,
  text: string,
  { type, schema, signal }: LookUpOptions,
): Promise<StoredVersion<object>> {
  const { collection, selector } = parseArtifactRef(text, workspace);
  const record = await catalog.findVersion(collection, selector, { signal });
  if (record === undefined) throw await noVersion(catalog, text, collection, selector, signal);
  const version = new StoredVersion(workspace, record);
  if (type !== undefined && type !== record.type) {
    throw new CairnError('type_mismatch', `${version} is of type ${quote(record.type)}, not ${quote(type)}`, {
      hint: 'Check the name, or ask for the type it has.',
    });
  }
  if (schema === undefined) return version;
  return new StoredVersion(workspace, record, await validate(schema, version.metadata, `${version}`));
}

async function noVersion(
  catalog: Catalog,
  text: string,
  { entity, project, name }: CollectionRef,
  selector: VersionSelector,
  signal: AbortSignal | undefined,
): Promise<CairnError> {
  const collections = new Map<string, CollectionRecord>();
  for await (const collection of catalog.listCollections({ entity, project, limit: 10_000 }, { signal })) {
    collections.set(collection.name, collection);
  }
  const known = collections.get(name);
  return new CairnError('not_found', `there is no artifact ${quote(text)} in ${entity}/${project}`, {
    hint: known === undefined ? suggestName(name, collections) : suggestSelector(known, selector),
  });
}

function suggestName(name: string, collections: ReadonlyMap<string, CollectionRecord>): string {
  if (collections.size === 0)
    return 'This project has no artifacts; check the entity, the project and the store.';
  const [best, ...others] = nearest(name, collections.keys());
  const record = best === undefined ? undefined : collections.get(best);
  if (record === undefined)
    return `It has ${oneOf([...collections.keys()].slice(0, 5))}. Check the name and the project.`;
  const also = others.length === 0 ? '' : `, or ${oneOf(others)}`;
  return `Did you mean ${quote(record.name)} (${describe(record)})${also}?`;
}

function suggestSelector(collection: CollectionRecord, selector: VersionSelector): string {
  const there = `${quote(collection.name)} has ${describe(collection)}`;
  const aliases = collection.aliases.map(({ alias }) => alias);
  const likely = 'alias' in selector ? nearest(selector.alias, aliases) : [];
  if (likely.length > 0) return `Did you mean the alias ${oneOf(likely)}? ${there}.`;
  return aliases.length > 0
    ? `${there}, and the aliases ${aliases.slice(0, 10).map(quote).join(', ')}.`
    : `${there}.`;
}

function describe({ versionCount, latest }: CollectionRecord): string {
  const count = versionCount === 1 ? '1 version' : `${versionCount} versions`;
  return latest === undefined ? count : `${count}, latest → v${latest}`;
}
