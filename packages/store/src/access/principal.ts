import type { Place, ProjectRef } from '@cairn/core';

/** From least to most: seeing and downloading; logging and changing too; deleting and managing too. */
export type Role = 'read' | 'write' | 'admin';

/** What a key is for: a project, all projects of an entity (`{ project: '*' }`), or everything (both `'*'`). */
export interface Scope extends ProjectRef {
  readonly role: Role;
}

/** A key, without its secret. Times are ISO 8601, UTC. */
export interface KeyRecord {
  readonly id: string;
  /** Whose it is. It never opens more than they may. */
  readonly user: string;
  /** What it is called by who manages it. */
  readonly name: string;
  /** How its secret begins, to tell keys apart. */
  readonly start: string;
  readonly scopes: readonly Scope[];
  /** The user who made it; missing where that was done at the machine itself. */
  readonly createdBy?: string;
  readonly createdAt: string;
  /** From then on it is not accepted. Missing: it doesn't expire. */
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
}

export interface NewKey {
  readonly user: string;
  readonly name: string;
  /** At least one, at most 100. */
  readonly scopes: readonly Scope[];
  /** ISO 8601, UTC. Default: never. */
  readonly expiresAt?: string | undefined;
}

/** Whoever a key was accepted from. Says what was true at that moment: ask again for each request. */
export interface Principal {
  readonly key: KeyRecord;
  readonly user: string;
  /** Whether all projects and users are theirs to manage: the user is a server admin and the key has the scope for it. */
  readonly isAdmin: boolean;
  /** Where they may see anything at all, so that no list has to look elsewhere. Missing: everywhere, or it is not known. */
  readonly places?: readonly Place[] | undefined;
  /**
   * The lesser of what the key and its owner may do in a project, or in all of an entity when no project is given;
   * `undefined` when that is nothing.
   */
  roleIn(place: { readonly entity: string; readonly project?: string | undefined }): Role | undefined;
}

/** On whose behalf something is done. */
export interface Actor {
  /** Missing: whoever has the machine, who may do everything. */
  readonly principal?: Principal | undefined;
  /** The request by which it is done, for the audit log. */
  readonly requestId?: string | undefined;
}
