import {
  type CollectionQuery,
  type Comparison,
  type Condition,
  type Place,
  parseJson,
  type RunQuery,
  type SortKey,
  type VersionQuery,
  type VersionSelector,
} from '@cairn/core';
import * as v from 'valibot';
import { maxQueryBytes } from '../limits.js';
import { contentDigest, count, exact, shortText } from './basics.js';
import { edgeDirection } from './versions.js';

const maxConditions = 100;
/** As many as a key has scopes. */
const maxPlaces = 100;

/** The keys that lead to a value in metadata, which nests so deep. */
const keys = v.pipe(v.array(shortText), v.minLength(1), v.maxLength(64));
const comparisons: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>='];

const condition: v.GenericSchema<unknown, Condition> = exact<Condition>(
  v.union([
    v.object({
      field: v.picklist(['alias', 'tag']),
      value: shortText,
      negated: v.optional(v.boolean()),
    }),
    v.object({ field: v.picklist(['loggedBy', 'usedBy']), runId: shortText }),
    v.object({ field: v.literal('created'), operator: v.picklist(comparisons), value: shortText }),
    v.object({
      field: v.literal('metadata'),
      path: keys,
      operator: v.picklist(comparisons),
      value: v.union([shortText, v.number(), v.boolean(), v.null()]),
    }),
  ]),
);

const sortKey: v.GenericSchema<unknown, SortKey> = exact<SortKey>(
  v.union([
    v.object({
      field: v.picklist(['created', 'version', 'size', 'name']),
      descending: v.optional(v.boolean()),
    }),
    v.object({ field: v.literal('metadata'), path: keys, descending: v.optional(v.boolean()) }),
  ]),
);

const place: v.GenericSchema<unknown, Place> = v.object({
  entity: shortText,
  project: v.optional(shortText),
});
const project = {
  entity: v.optional(shortText),
  project: v.optional(shortText),
  within: v.optional(v.pipe(v.array(place), v.maxLength(maxPlaces))),
};
const page = { limit: v.optional(count), after: v.optional(shortText) };

export const runQuery: v.GenericSchema<unknown, RunQuery> = v.object({
  ...project,
  jobType: v.optional(shortText),
  ...page,
});

export const collectionQuery: v.GenericSchema<unknown, CollectionQuery> = v.object({
  ...project,
  type: v.optional(shortText),
  ...page,
});

export const versionQuery: v.GenericSchema<unknown, VersionQuery> = exact<VersionQuery>(
  v.object({
    ...project,
    name: v.optional(shortText),
    type: v.optional(shortText),
    where: v.optional(v.pipe(v.array(condition), v.maxLength(maxConditions))),
    deleted: v.optional(v.boolean()),
    sort: v.optional(sortKey),
    ...page,
  }),
);

const queryText = v.pipe(
  v.string(),
  v.maxLength(maxQueryBytes),
  v.description(
    `The query, as JSON: at most ${maxConditions} conditions in \`where\`, and ${maxPlaces} places in \`within\`.`,
  ),
);

/** The query string of a list: its query as JSON. */
export function listParams<T>(
  query: v.GenericSchema<unknown, T>,
): v.GenericSchema<unknown, { readonly q: T }> {
  const json = v.pipe(
    v.optional(queryText, '{}'),
    v.rawTransform(({ dataset, addIssue, NEVER }): unknown => {
      try {
        return parseJson(dataset.value);
      } catch {
        addIssue({ message: 'q is not JSON' });
        return NEVER;
      }
    }),
    query,
  );
  return exact<{ readonly q: T }>(v.object({ q: json }));
}

/** The query string of a list of what is next to a run or a version. */
export interface EdgeParams {
  readonly direction: 'input' | 'output';
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const countText = v.pipe(v.string(), v.regex(/^[0-9]{1,15}$/), v.transform(Number));

export const edgeParams: v.GenericSchema<unknown, EdgeParams> = v.object({
  direction: edgeDirection,
  after: v.optional(shortText),
  limit: v.optional(countText),
});

/** The query string that says which version of a collection. */
export const selectorParams: v.GenericSchema<unknown, VersionSelector> = v.union([
  v.strictObject({ version: countText }),
  v.strictObject({ alias: shortText }),
  v.strictObject({ digest: contentDigest }),
]);

/** The query string of a delete. */
export const deleteParams: v.GenericSchema<unknown, { readonly deleteAliases: boolean }> = v.object({
  deleteAliases: v.pipe(
    v.optional(v.picklist(['true', 'false']), 'false'),
    v.transform((text) => text === 'true'),
  ),
});
