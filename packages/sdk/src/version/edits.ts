import {
  canonicalJson,
  checkDescription,
  checkMetadata,
  type VersionPatch,
  type VersionRecord,
} from '@cairn/core';

/** What of a version can be edited. */
export interface Editable {
  readonly description: string | undefined;
  readonly metadata: object;
  readonly aliases: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly ttl: number | undefined;
}

/** What it was before it was edited. */
export interface Seen {
  readonly record: VersionRecord;
  /** The object, and what it was as JSON. What a schema makes of metadata need not be JSON. */
  readonly metadata: object;
  readonly json: string | undefined;
}

export function remember(record: VersionRecord, metadata: object): Seen {
  return { record, metadata, json: asJson(metadata) };
}

/** Exactly what was changed; `undefined` if nothing was. @throws CairnError `metadata_invalid`. */
export function patchOf(now: Editable, seen: Seen): VersionPatch | undefined {
  const { record } = seen;
  const patch: { -readonly [K in keyof VersionPatch]: VersionPatch[K] } = {};
  if (now.description !== record.description) {
    if (now.description !== undefined) checkDescription(now.description);
    patch.description = { from: record.description, to: now.description };
  }
  if (isOtherMetadata(now.metadata, seen)) {
    patch.metadata = { from: record.metadata, to: checkMetadata(now.metadata) };
  }
  if (now.ttl !== record.ttl) patch.ttl = { from: record.ttl, to: now.ttl };
  const tags = compare(record.tags, now.tags);
  if (tags.differ) patch.tags = { from: record.tags, to: [...now.tags].sort() };
  const { differ, add, remove } = compare(record.aliases, now.aliases);
  if (differ) patch.aliases = { revision: record.aliasRevision, add, remove };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isOtherMetadata(now: object, seen: Seen): boolean {
  // As long as it is the same object, nobody wants to write what a schema made.
  if (seen.json === undefined) return now !== seen.metadata;
  return canonicalJson(checkMetadata(now)) !== seen.json;
}

function asJson(metadata: object): string | undefined {
  try {
    return canonicalJson(checkMetadata(metadata));
  } catch {
    return undefined;
  }
}

function compare(before: readonly string[], now: ReadonlySet<string>) {
  const add = [...now].filter((label) => !before.includes(label));
  const remove = before.filter((label) => !now.has(label));
  return { differ: add.length + remove.length > 0, add, remove };
}
