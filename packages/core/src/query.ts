import type { JsonPrimitive } from './json.js';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** One condition on a version. All conditions of a query must hold. */
export type Condition =
  | { readonly field: 'alias' | 'tag'; readonly value: string; readonly negated?: boolean }
  | { readonly field: 'loggedBy' | 'usedBy'; readonly runId: string }
  | {
      readonly field: 'created';
      readonly operator: Comparison;
      /** ISO 8601, UTC. */
      readonly value: string;
    }
  | {
      readonly field: 'metadata';
      /** The keys that lead to the value, outermost first. */
      readonly path: readonly string[];
      readonly operator: Comparison;
      /** Numbers compare with numbers and texts with texts; a missing or other value matches nothing but `!=`. */
      readonly value: JsonPrimitive;
    };

/** By what to sort; versions without the key come last either way. */
export type SortKey =
  | { readonly field: 'created' | 'version' | 'size' | 'name'; readonly descending?: boolean }
  | { readonly field: 'metadata'; readonly path: readonly string[]; readonly descending?: boolean };

/** A project, or all of an entity. */
export interface Place {
  readonly entity: string;
  /** Default: all of the entity. */
  readonly project?: string | undefined;
}

/** Where a query looks. */
export interface QueryScope {
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
  /**
   * Only what is in one of these, as if nothing else existed: nor can a list go on behind anything elsewhere. Default: everywhere.
   */
  readonly within?: readonly Place[] | undefined;
}

export interface VersionQuery extends QueryScope {
  /** The collection. */
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly where?: readonly Condition[] | undefined;
  /** Lists those that are deleted and can still be restored, instead of those that are not. Default: `false`. */
  readonly deleted?: boolean | undefined;
  readonly sort?: SortKey | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
  /** The id of a version: begins behind it, as somebody does who goes on. Default: begins with the first. */
  readonly after?: string | undefined;
}

export interface CollectionQuery extends QueryScope {
  readonly type?: string | undefined;
  readonly limit?: number | undefined;
  /** `entity/project/name` of a collection: begins behind it. Default: begins with the first. */
  readonly after?: string | undefined;
}

export interface RunQuery extends QueryScope {
  readonly jobType?: string | undefined;
  readonly limit?: number | undefined;
  /** The id of a run: begins behind it. Default: begins with the first. */
  readonly after?: string | undefined;
}
