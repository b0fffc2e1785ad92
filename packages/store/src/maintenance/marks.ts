import { CairnError, type CallOptions, openManifest } from '@cairn/core';
import { DigestSet } from '../packs/digest-set.js';
import { rawDigest } from '../packs/pack-format.js';
import { lockEpoch } from '../packs/pack-index.js';
import { one } from '../sql/step.js';
import type { NeedsContext } from './context.js';
import { partsOf } from './needs.js';
import { recipePages } from './object-rows.js';
import { isDeleted, newestVersion, type VersionRow, versionsAfter } from './version-rows.js';

/** What is needed: by versions, and by recipes that are not condemned. */
export class Marks {
  readonly #context: NeedsContext;
  readonly #options: CallOptions;
  /** A digest that is taken for a marked one is garbage that stays: that does no harm. */
  readonly #marked = new DigestSet(8);
  /** The leaves whose entries are marked. */
  readonly #leaves = new DigestSet(32);
  #version = 0;
  #restores = 0;
  #pack: number | undefined;

  constructor(context: NeedsContext, repairs: number, options: CallOptions) {
    this.#context = context;
    this.repairs = repairs;
    this.#options = options;
  }

  /** How often the store had been repaired before anything was marked. */
  readonly repairs: number;

  /** The newest version that was looked at; what came later is not marked. */
  get version(): number {
    return this.#version;
  }

  /** How many deleted versions had been restored when all were looked at; those that came back later are not marked. */
  get restores(): number {
    return this.#restores;
  }

  /** The newest pack whose recipes were looked at, once they are. */
  get pack(): number | undefined {
    return this.#pack;
  }

  /** How many digests are marked. */
  get size(): number {
    return this.#marked.size;
  }

  has(digest: Uint8Array): boolean {
    return this.#marked.has(digest);
  }

  /** Marks what the versions need that were made since the last time; if any came back, what all of them need. */
  async addVersions(): Promise<void> {
    const { database } = this.#context;
    const { newest, restores } = await newestVersion(database, this.#options);
    const known = restores === this.#restores ? this.#version : 0;
    for await (const version of versionsAfter(database, known, this.#options)) {
      await this.#addVersion(version);
    }
    this.#version = newest;
    this.#restores = restores;
  }

  /** Marks what the recipes need that came since the last time and are not condemned. */
  async addRecipes(): Promise<void> {
    const { database } = this.#context;
    const newest = await database.write(function* () {
      yield* lockEpoch();
      return Number((yield* one('SELECT max(id) AS id FROM packs'))?.id ?? 0);
    }, this.#options);
    for await (const page of recipePages(database, { afterPack: this.#pack, ...this.#options })) {
      for (const { digest } of page) {
        try {
          for (const part of await partsOf(this.#context, digest, this.#options)) this.#marked.add(part);
        } catch (error) {
          // It can't be read, or somebody else condemned it meanwhile: nobody can rely on it.
          if (!CairnError.is(error, 'not_found') && !CairnError.is(error, 'integrity_mismatch')) throw error;
        }
      }
    }
    this.#pack = Math.max(this.#pack ?? 0, newest);
  }

  async #addVersion(version: VersionRow): Promise<void> {
    const { blobs, database } = this.#context;
    try {
      const manifest = await openManifest(blobs, version.manifest, this.#options);
      this.#marked.add(rawDigest(version.manifest));
      for (const leaf of manifest.leaves) {
        const digest = rawDigest(leaf.digest);
        if (leaf.extras !== undefined) this.#marked.add(rawDigest(leaf.extras));
        if (this.#leaves.has(digest)) continue;
        for (const entry of await manifest.readLeaf(leaf, this.#options)) {
          if (entry.kind === 'file') this.#marked.add(rawDigest(entry.digest));
        }
        this.#marked.add(digest);
        this.#leaves.add(digest);
      }
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (await isDeleted(database, version.id, this.#options)) return;
      throw unknownNeeds(version, error);
    }
  }
}

/** What a version needs isn't known, so nothing can be taken for garbage. */
function unknownNeeds({ label }: VersionRow, cause: unknown): CairnError {
  const code = CairnError.is(cause) ? cause.code : 'unavailable';
  const isGone = code === 'not_found' || code === 'integrity_mismatch' || code === 'manifest_invalid';
  return new CairnError(
    isGone ? 'integrity_mismatch' : code,
    `can't tell garbage: the manifest of ${label} can't be read`,
    {
      hint: isGone ? 'Log its files again or delete the version, then repeat.' : 'Repeat the call.',
      cause,
    },
  );
}
