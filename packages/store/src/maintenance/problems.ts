import type { ContentDigest } from '@cairn/core';
import { DigestSet } from '../packs/digest-set.js';
import type { VersionRow } from './version-rows.js';

/**
 * `damaged_record`: bytes of a pack are other than they were. `damaged_pack`: the table of a pack is, or its length.
 * `missing_pack`: its file is gone. `wrong_row`: the index leads to something else. `missing_blob`: something needed is
 * nowhere. `damaged_manifest`: the manifest of a version is whole but wrong. `missing_link`: a project of a server can't get at
 * what its versions are made of.
 */
export type ProblemKind =
  | 'damaged_record'
  | 'damaged_pack'
  | 'missing_pack'
  | 'wrong_row'
  | 'missing_blob'
  | 'damaged_manifest'
  | 'missing_link';

/** A version that has something to do with a problem. */
export interface AffectedVersion {
  /** `entity/project/name:v3`. */
  readonly version: string;
  /** Entries that can't be read; the first few. None: the manifest itself can't. */
  readonly paths: readonly string[];
  readonly pathCount: number;
}

export interface Problem {
  readonly kind: ProblemKind;
  /** For people, in one line. */
  readonly message: string;
  /** Of the record: a blob, or a chunk or a segment of one. */
  readonly digest?: ContentDigest;
  /** The name of the pack. */
  readonly pack?: string;
  /** The first few versions that can't be read in whole because of it. */
  readonly versions: readonly AffectedVersion[];
  readonly versionCount: number;
}

/** So many problems are listed. */
const maxProblems = 1000;
/** So many versions are listed for a problem, and so many paths for a version. */
const maxShown = 10;

interface Found extends Omit<Problem, 'versions' | 'versionCount'> {
  readonly versions: { version: string; paths: string[]; pathCount: number }[];
  versionCount: number;
  last: string;
}

/** Gathers problems, and knows which digests have one. */
export class Problems {
  readonly #listed: Found[] = [];
  #count = 0;
  /** The digests that can't be relied on, and the problem of each. */
  readonly #digests = new DigestSet(32);
  readonly #of: Found[] = [];
  /** Stands for all problems that are not listed: there may be as many as there are blobs. */
  readonly #unlisted: Found = { kind: 'missing_blob', message: '', versions: [], versionCount: 0, last: '' };
  readonly #packs = new Set<string>();

  /** The names of all packs that have a problem. */
  get packs(): ReadonlySet<string> {
    return this.#packs;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a problem, and says that what these digests stand for can't be read because of it. */
  add(
    problem: Pick<Problem, 'kind' | 'message' | 'digest' | 'pack'>,
    digests: Iterable<Uint8Array> = [],
  ): Found {
    this.#count++;
    if (problem.pack !== undefined) this.#packs.add(problem.pack);
    let found = this.#unlisted;
    if (this.#listed.length < maxProblems) {
      found = { ...problem, versions: [], versionCount: 0, last: '' };
      this.#listed.push(found);
    }
    for (const digest of digests) this.blame(found, digest);
    return found;
  }

  /** Says that something can't be read because of a problem. */
  blame(problem: Found, digest: Uint8Array): void {
    if (this.#digests.has(digest)) return;
    this.#digests.add(digest);
    this.#of.push(problem);
  }

  /** The problem of a digest. */
  of(digest: Uint8Array): Found | undefined {
    const number = this.#digests.find(digest);
    return number < 0 ? undefined : this.#of[number];
  }

  /** Notes that a version suffers from a problem: its manifest, or an entry of it. */
  affect(problem: Found, { label }: VersionRow, path?: string): void {
    if (problem.last !== label) {
      problem.last = label;
      problem.versionCount++;
      if (problem.versions.length < maxShown)
        problem.versions.push({ version: label, paths: [], pathCount: 0 });
    }
    const shown = problem.versions.at(-1);
    if (path === undefined || shown?.version !== label) return;
    shown.pathCount++;
    if (shown.paths.length < maxShown) shown.paths.push(path);
  }

  list(): Problem[] {
    return this.#listed.map(({ last: _, ...problem }) => problem);
  }
}

export type FoundProblem = Found;
