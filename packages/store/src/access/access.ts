import type { BlobStore, CallOptions, ContentDigest, ProjectRef } from '@cairn/core';
import type { AuditEntry, AuditQuery, NewAuditEntry } from './audit-entry.js';
import type { Actor, KeyRecord, NewKey, Principal, Role } from './principal.js';

/** Somebody keys belong to. */
export interface UserRecord {
  readonly name: string;
  /** Whether all projects and users are theirs to manage. */
  readonly isAdmin: boolean;
  /** Since then none of their keys is accepted. ISO 8601, UTC. */
  readonly disabledAt?: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** What somebody may do in all projects of an entity. */
export interface Member {
  readonly entity: string;
  readonly user: string;
  readonly role: Role;
}

export interface UserQuery {
  /** The name of a user to begin behind. Default: begins with the first. */
  readonly after?: string | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

export interface MemberQuery {
  readonly entity?: string | undefined;
  readonly user?: string | undefined;
  /** The member to begin behind. Default: begins with the first. */
  readonly after?: Omit<Member, 'role'> | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

export interface KeyQuery {
  /** Whose keys. Default: everybody's. */
  readonly user?: string | undefined;
  /** The id of a key to begin behind. Default: begins with the first. */
  readonly after?: string | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

export interface ProjectQuery {
  readonly entity?: string | undefined;
  /** The project to begin behind. Default: begins with the first. */
  readonly after?: ProjectRef | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

/** A key, and the one time its secret is told. */
export interface CreatedKey {
  readonly key: KeyRecord;
  /** `cairn_` and 49 letters and digits. The database has only its hash. */
  readonly secret: string;
}

export interface BootstrapToken {
  /** `cairnsetup_` and 49 letters and digits. The database has only its hash. */
  readonly token: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** A project as somebody sees it. */
export interface SeenProject extends ProjectRef {
  readonly role: Role;
}

/**
 * The blobs of one project: what was stored in it, and what its versions are made of. To whom asks here, all else does not
 * exist, whatever the store has of other projects; and `created` of a put tells what is new to the project.
 */
export interface ProjectBlobs extends BlobStore {
  /**
   * Makes sure, before a version is committed, that all its manifest names is in this project. Costs what is new of the
   * manifest: leaves that were looked at once are known.
   *
   * @param options.basis What the caller relied on when it stored the manifest; see `BlobStore.basis`.
   * @returns The basis under which all of it is there, for `CommitRequest.basis`.
   * @throws CairnError `not_found` naming the entry whose blob the project lacks; `conflict`, which is retryable, when that
   * may be because `basis` is outdated; `manifest_invalid`, `integrity_mismatch`, `unsupported_format`, `unavailable`.
   */
  checkManifest(
    manifest: ContentDigest,
    options?: CallOptions & { readonly basis?: string | undefined },
  ): Promise<string>;
}

/**
 * Who may do what with a store: users, keys and what they open, which blobs a project has, and who did what. In the same
 * database as the catalog, so that what is revoked or changed holds at once for everybody who uses that database.
 *
 * A method with an {@link Actor} refuses (`forbidden`) what the actor may not do, and writes into the audit log what was
 * done, in the same transaction. Names follow the rule of `checkName` and are refused (`name_invalid`) otherwise. All
 * methods also throw `unavailable`, and those that write `storage_readonly` and `storage_full`. Lists come in pages inside
 * and are never cut, except by a given `limit`.
 */
export interface AccessCatalog {
  /** Whether there is a key by which a server admin gets in. Until then, offer a bootstrap token. */
  hasAdmin(options?: CallOptions): Promise<boolean>;

  /**
   * Makes a token that can be turned into a server admin's key, once. For whoever has the machine: at the first start, and
   * when all keys of admins were lost.
   *
   * @param options.lifetimeMs Default: an hour.
   */
  createBootstrapToken(
    options?: CallOptions & { readonly lifetimeMs?: number | undefined },
  ): Promise<BootstrapToken>;

  /**
   * Turns a token into a key for everything, of a user who is made a server admin. All other tokens end with it. Of any
   * number of concurrent calls one succeeds.
   *
   * @param request.keyName Default: `admin`.
   * @throws CairnError `unauthenticated` when there is no such token, or it is used or expired.
   */
  redeemBootstrapToken(
    token: string,
    request: { readonly user: string; readonly keyName?: string | undefined },
    options?: CallOptions & { readonly requestId?: string | undefined },
  ): Promise<CreatedKey>;

  /** For server admins. @throws CairnError `conflict` when there is one of that name. */
  createUser(
    user: { readonly name: string; readonly isAdmin?: boolean | undefined },
    by: Actor,
    options?: CallOptions,
  ): Promise<UserRecord>;

  /** For server admins. What is left out stays as it is. @throws CairnError `not_found`. */
  updateUser(
    name: string,
    change: { readonly isAdmin?: boolean | undefined; readonly isDisabled?: boolean | undefined },
    by: Actor,
    options?: CallOptions,
  ): Promise<UserRecord>;

  /** Users, by name. */
  listUsers(query?: UserQuery, options?: CallOptions): AsyncIterable<UserRecord>;

  /** Gives a user a role in an entity, or another one. For admins of the entity. @throws CairnError `not_found`. */
  setMember(member: Member, by: Actor, options?: CallOptions): Promise<void>;

  /** For admins of the entity. @throws CairnError `not_found` when the user is no member. */
  removeMember(member: Omit<Member, 'role'>, by: Actor, options?: CallOptions): Promise<void>;

  /** Members, by entity and user. */
  listMembers(query: MemberQuery, options?: CallOptions): AsyncIterable<Member>;

  /**
   * Makes a key. A principal makes keys for itself, with scopes in which its own key has the role `admin`, and none that
   * outlives its own; a server admin makes any.
   *
   * @throws CairnError `not_found` when there is no such user; `name_invalid`; `metadata_invalid` for scopes that say
   * nothing, or a time of expiry that is past.
   */
  createKey(key: NewKey, by: Actor, options?: CallOptions): Promise<CreatedKey>;

  /** Keys, oldest first, revoked and expired ones too. */
  listKeys(query: KeyQuery, options?: CallOptions): AsyncIterable<KeyRecord>;

  /**
   * Ends a key at once: no call of `authenticate` that begins after this accepts it. Without effect on one that is revoked
   * already. A principal ends its own user's keys, a server admin any.
   *
   * @throws CairnError `not_found`, also for what the actor may not see.
   */
  revokeKey(id: string, by: Actor, options?: CallOptions): Promise<KeyRecord>;

  /**
   * Who somebody is that has this secret. What is mistyped is recognised without a look-up. The time of the last use is
   * written down at most once a minute.
   *
   * @throws CairnError `unauthenticated`, saying whether the key is malformed, unknown, expired, revoked, or its owner
   * disabled.
   */
  authenticate(secret: string, options?: CallOptions): Promise<Principal>;

  /** Makes a project that has nothing yet; one that is there stays. For who may write there. */
  createProject(project: ProjectRef, by: Actor, options?: CallOptions): Promise<void>;

  /**
   * Forgets a project in which nothing was ever logged or run. For its admins.
   *
   * @throws CairnError `not_found`; `conflict` when something was.
   */
  deleteProject(project: ProjectRef, by: Actor, options?: CallOptions): Promise<void>;

  /** The projects a principal may see, by entity and name; all of them for whoever has the machine. */
  listProjects(
    principal: Principal | undefined,
    query?: ProjectQuery,
    options?: CallOptions,
  ): AsyncIterable<SeenProject>;

  /**
   * Records that a project has what these digests (32 bytes each, without the algorithm) stand for: blobs, or the segments
   * and chunks of large ones. Only for whom the store has seen to have the bytes, and only after the store has them.
   */
  link(project: ProjectRef, digests: readonly Uint8Array[], options?: CallOptions): Promise<void>;

  /**
   * Which of these a project has: one byte for each digest, 1 when it is linked and the store has it. What the versions of
   * the project are made of counts, whoever committed them.
   */
  linked(project: ProjectRef, digests: readonly Uint8Array[], options?: CallOptions): Promise<Uint8Array>;

  /** The store as far as a project has it. Costs nothing. */
  blobsOf(project: ProjectRef): ProjectBlobs;

  /** Writes down what somebody did or tried. */
  audit(entry: NewAuditEntry, options?: CallOptions): Promise<void>;

  /** What was done, newest first. */
  listAudit(query: AuditQuery, options?: CallOptions): AsyncIterable<AuditEntry>;
}
