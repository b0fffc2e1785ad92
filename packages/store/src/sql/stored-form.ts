import { type ContentDigest, isContentDigest, type ProjectRef } from '@cairn/core';

/** In which form a database has what tells of contents: as it is, or so that it tells nothing to who lacks a key. */
export interface StoredForm {
  /** Digests in the index of packs, which all projects share. */
  readonly objects: DigestForm;
  /** Digests of what a project has. The form of one says nothing to who knows that of another. */
  ofProject(project: ProjectRef): DigestForm;
  /** What else tells of contents; `undefined` where it stays as it is. */
  readonly sealing: Sealing | undefined;
}

/** Each digest has one stored form, of 32 bytes too, and that is no other's: so rows are found and compared by it. */
export interface DigestForm {
  /** Whether digests stay as they are. */
  readonly isPlain: boolean;
  toStored(digests: readonly Uint8Array[]): readonly Uint8Array[];
  fromStored(stored: readonly Uint8Array[]): readonly Uint8Array[];
}

/** Hides bytes that are found by a name. */
export interface Sealing {
  /** What stands for a name. */
  nameOf(name: string): string;
  /** @param name What stands for it. */
  seal(name: string, bytes: Uint8Array): Uint8Array;
  /** `undefined` when it isn't what was sealed under this name. */
  open(name: string, sealed: Uint8Array): Uint8Array | undefined;
}

const plainDigests: DigestForm = {
  isPlain: true,
  toStored: (digests) => digests,
  fromStored: (stored) => stored,
};

export const plainForm: StoredForm = {
  objects: plainDigests,
  ofProject: () => plainDigests,
  sealing: undefined,
};

export function toStoredDigest(form: DigestForm, digest: Uint8Array): Uint8Array {
  return form.toStored([digest])[0] as Uint8Array;
}

/** A whole digest. The name of its algorithm stays; what is no digest is stored nowhere. */
export function toStoredName(form: DigestForm, digest: string): string {
  return form.isPlain || !isContentDigest(digest)
    ? digest
    : renamed(digest, (bytes) => form.toStored([bytes]));
}

export function fromStoredName(form: DigestForm, stored: unknown): ContentDigest {
  const text = String(stored);
  const digest = form.isPlain ? text : renamed(text, (bytes) => form.fromStored([bytes]));
  return digest as ContentDigest;
}

function renamed(digest: string, change: (bytes: Uint8Array) => readonly Uint8Array[]): string {
  const at = digest.indexOf(':') + 1;
  const [changed] = change(Buffer.from(digest.slice(at), 'hex'));
  return digest.slice(0, at) + Buffer.from(changed as Uint8Array).toString('hex');
}
