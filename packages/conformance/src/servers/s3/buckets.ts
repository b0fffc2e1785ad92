import { createHash } from 'node:crypto';
import { sortByUtf8 } from '@cairn/core';
import { S3Failure } from './failure.js';

/** One version of an object, or the marker that it was deleted. */
export interface S3Version {
  readonly key: string;
  /** `null` for what was written while versioning was not enabled. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly bytes: Uint8Array;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** What was sent with it and comes back with it: `content-type`, `x-amz-meta-…`, checksums. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface S3Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Uint8Array; readonly etag: string }>;
}

export type Versioning = 'Enabled' | 'Suspended' | undefined;

/** The objects of one bucket, with their history. */
export class S3Bucket {
  versioning: Versioning;
  requesterPays = false;
  readonly uploads: Map<string, S3Upload> = new Map();
  readonly #versions = new Map<string, S3Version[]>();
  #sorted: string[] | undefined;
  #serial = 0;

  /** All keys that have a version or a marker, in the order of their UTF-8 bytes. */
  get keys(): readonly string[] {
    this.#sorted ??= sortByUtf8([...this.#versions.keys()], (key) => key);
    return this.#sorted;
  }

  /** Newest first. */
  versionsOf(key: string): readonly S3Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** The newest version of a key, unless it is a marker. */
  current(key: string): S3Version | undefined {
    const newest = this.#versions.get(key)?.[0];
    return newest?.deleteMarker ? undefined : newest;
  }

  put(
    key: string,
    bytes: Uint8Array,
    etag: string = etagOf(bytes),
    headers: S3Version['headers'] = {},
  ): S3Version {
    return this.#add({ key, bytes, etag, headers, deleteMarker: false });
  }

  /** Deletes as S3 does: in a versioned bucket by a marker, else for good. Returns the marker. */
  delete(key: string): S3Version | undefined {
    if (this.versioning === undefined) {
      this.#set(key, []);
      return undefined;
    }
    return this.#add({ key, bytes: new Uint8Array(), etag: '', headers: {}, deleteMarker: true });
  }

  /** Deletes one version, or one marker, for good. */
  deleteVersion(key: string, versionId: string): S3Version | undefined {
    const versions = this.versionsOf(key);
    this.#set(
      key,
      versions.filter((version) => version.versionId !== versionId),
    );
    return versions.find((version) => version.versionId === versionId);
  }

  startUpload(key: string, headers: S3Upload['headers']): S3Upload {
    const upload = { id: this.#nextId('upload'), key, headers, parts: new Map() };
    this.uploads.set(upload.id, upload);
    return upload;
  }

  #add(version: Omit<S3Version, 'versionId' | 'lastModified'>): S3Version {
    const versionId = this.versioning === 'Enabled' ? this.#nextId(version.key) : 'null';
    const added = { ...version, versionId, lastModified: new Date() };
    const kept = this.versionsOf(version.key).filter((other) => other.versionId !== versionId);
    this.#set(version.key, [added, ...kept]);
    return added;
  }

  #set(key: string, versions: S3Version[]): void {
    if (this.#versions.has(key) !== versions.length > 0) this.#sorted = undefined;
    if (versions.length > 0) this.#versions.set(key, versions);
    else this.#versions.delete(key);
  }

  /** Opaque, and in no order. */
  #nextId(salt: string): string {
    this.#serial += 1;
    return createHash('sha256').update(`${this.#serial} ${salt}`).digest('base64url').slice(0, 32);
  }
}

/** All buckets of a server. */
export class S3Buckets {
  readonly #buckets = new Map<string, S3Bucket>();

  create(name: string): S3Bucket {
    const bucket = new S3Bucket();
    this.#buckets.set(name, bucket);
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  get(name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Failure(404, 'NoSuchBucket');
    return bucket;
  }
}

/** What S3 says of an object that was written in one piece: its MD5, in quotes. */
export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
