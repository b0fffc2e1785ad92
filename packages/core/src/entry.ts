import type { ContentDigest, Digest } from './digest.js';

/** A stored file of an artifact. */
export interface FileEntry {
  readonly kind: 'file';
  /** Where it is in the artifact; see {@link checkPath}. */
  readonly path: string;
  readonly digest: ContentDigest;
  /** In bytes. */
  readonly size: number;
}

/** A path of an artifact whose bytes live elsewhere. */
export interface ReferenceEntry {
  readonly kind: 'reference';
  readonly path: string;
  /** Where the bytes are, exactly as its handler understands it. Never holds credentials. */
  readonly uri: string;
  readonly digest: Digest;
  /** In bytes, where the handler could tell. */
  readonly size?: number;
  /** What the handler needs to reopen that very object, such as its version id. Not part of the artifact's digest. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** One path of an artifact. */
export type Entry = FileEntry | ReferenceEntry;
