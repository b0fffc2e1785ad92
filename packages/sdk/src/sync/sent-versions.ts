import type { Catalog, CollectionRef, ContentDigest, VersionRecord } from '@cairn/core';

/** A version where it was sent to. */
export interface SentVersion {
  readonly id: string;
  readonly version: number;
}

/** A collection on both sides. */
export interface SentCollection {
  /** What the other store has of it, by what it holds. */
  readonly versions: Map<ContentDigest, SentVersion>;
  /** Which of these are also here. */
  readonly shared: Set<ContentDigest>;
  /** What `latest` is here. */
  latest: VersionRecord | undefined;
  /** What `latest` held in the other store at first. */
  readonly latestThere: ContentDigest | undefined;
  /** Whether something was logged to it in the other store just now. */
  isTouched: boolean;
}

/** What the other store has of collections, each looked up once. */
export class SentVersions {
  readonly collections: Map<string, SentCollection> = new Map();
  readonly #catalog: Catalog;
  readonly #signal: AbortSignal | undefined;

  constructor(catalog: Catalog, signal: AbortSignal | undefined) {
    this.#catalog = catalog;
    this.#signal = signal;
  }

  async collectionOf({ entity, project, name }: CollectionRef): Promise<SentCollection> {
    const key = `${entity}/${project}/${name}`;
    const known = this.collections.get(key);
    if (known !== undefined) return known;
    const ref = { entity, project, name };
    const versions = new Map<ContentDigest, SentVersion>();
    let latestThere: ContentDigest | undefined;
    for await (const { digest, id, version, aliases } of this.#catalog.listVersions(ref, {
      signal: this.#signal,
    })) {
      versions.set(digest, { id, version });
      if (aliases.includes('latest')) latestThere = digest;
    }
    const collection = {
      versions,
      shared: new Set<ContentDigest>(),
      latest: undefined,
      latestThere,
      isTouched: false,
    };
    this.collections.set(key, collection);
    return collection;
  }

  /** What a version of this store is in the other one, if it was sent. */
  find({ entity, project, name, digest }: VersionRecord): SentVersion | undefined {
    return this.collections.get(`${entity}/${project}/${name}`)?.versions.get(digest);
  }
}
