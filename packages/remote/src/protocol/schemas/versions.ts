import type { CollectionRecord, CommitRequest, CommitResult, VersionPatch, VersionRecord } from '@cairn/core';
import * as v from 'valibot';
import { contentDigest, count, exact, jsonObject, labels, longText, shortText, time } from './basics.js';

/** What a run has to do with a version: it used it, or logged it. */
export const edgeDirection: v.GenericSchema<unknown, 'input' | 'output'> = v.picklist(['input', 'output']);

export const versionRecord: v.GenericSchema<unknown, VersionRecord> = exact<VersionRecord>(
  v.object({
    entity: shortText,
    project: shortText,
    name: shortText,
    id: shortText,
    type: shortText,
    version: count,
    digest: contentDigest,
    manifest: contentDigest,
    entryCount: count,
    size: count,
    description: v.optional(longText),
    metadata: jsonObject,
    aliases: labels,
    tags: labels,
    ttl: v.optional(v.number()),
    createdAt: time,
    aliasRevision: count,
  }),
);

export const collectionRecord: v.GenericSchema<unknown, CollectionRecord> = exact<CollectionRecord>(
  v.object({
    entity: shortText,
    project: shortText,
    name: shortText,
    type: shortText,
    versionCount: count,
    latest: v.optional(count),
    latestSize: v.optional(count),
    aliases: v.array(v.object({ alias: shortText, version: count })),
    createdAt: time,
    updatedAt: time,
  }),
);

/** A version to commit. Its entity and project are said by the path. */
export type CommitBody = Omit<CommitRequest, 'entity' | 'project'>;

export const commitBody: v.GenericSchema<unknown, CommitBody> = exact<CommitBody>(
  v.object({
    name: shortText,
    type: shortText,
    digest: contentDigest,
    manifest: contentDigest,
    entryCount: count,
    size: count,
    description: v.optional(longText),
    metadata: jsonObject,
    aliases: labels,
    tags: labels,
    ttl: v.optional(v.number()),
    basis: v.optional(shortText),
    edge: v.optional(v.object({ runId: shortText, direction: edgeDirection })),
  }),
);

export const commitResult: v.GenericSchema<unknown, CommitResult> = v.object({
  version: versionRecord,
  created: v.boolean(),
});

/** JSON has no `undefined`: a `from` or `to` that is left out is one. */
export const versionPatch: v.GenericSchema<unknown, VersionPatch> = exact<VersionPatch>(
  v.object({
    description: v.optional(v.object({ from: v.optional(longText), to: v.optional(longText) })),
    metadata: v.optional(v.object({ from: jsonObject, to: jsonObject })),
    tags: v.optional(v.object({ from: labels, to: labels })),
    ttl: v.optional(v.object({ from: v.optional(v.number()), to: v.optional(v.number()) })),
    aliases: v.optional(v.object({ revision: count, add: labels, remove: labels })),
  }),
);
