import type { CallOptions, ProjectRef } from '@cairn/core';
import type { CreatedKey, KeyQuery, KeyRecord, NewKey, ProjectQuery, SeenProject } from '@cairn/store';
import type { ServerInfo, WhoAmI } from '../protocol/index.js';

/**
 * What one may do at a server beside reading and logging: learn who one is, and manage keys and projects. Lists come in pages
 * inside and are never cut, except by a given `limit`. All methods throw as those of the store do: `unauthenticated`,
 * `forbidden`, `not_found`, `unavailable`, `timeout`, `rate_limited`.
 */
export interface Account {
  /** What the server is. Needs no key. */
  info(options?: CallOptions): Promise<ServerInfo>;

  /** Who the key makes one. */
  whoAmI(options?: CallOptions): Promise<WhoAmI>;

  /**
   * Turns the one-time token of a new server into a key for everything.
   *
   * @param request.keyName Default: `admin`.
   * @throws CairnError `unauthenticated` when there is no such token, or it is used or expired.
   */
  setUp(
    token: string,
    request: { readonly user: string; readonly keyName?: string | undefined },
    options?: CallOptions,
  ): Promise<CreatedKey>;

  /** One's own keys; for server admins, everybody's. The oldest first, revoked and expired ones too. */
  listKeys(query?: KeyQuery, options?: CallOptions): AsyncIterable<KeyRecord>;

  /** Makes a key. @param key.user Default: who asks. */
  createKey(
    key: Omit<NewKey, 'user'> & { readonly user?: string | undefined },
    options?: CallOptions,
  ): Promise<CreatedKey>;

  /** Ends a key at once. @throws CairnError `not_found`. */
  revokeKey(id: string, options?: CallOptions): Promise<KeyRecord>;

  /** The projects that one may see, by entity and name. */
  listProjects(query?: ProjectQuery, options?: CallOptions): AsyncIterable<SeenProject>;

  /** Makes a project that has nothing yet; one that is there stays. */
  createProject(project: ProjectRef, options?: CallOptions): Promise<void>;

  /** Forgets a project in which nothing was ever logged or run. @throws CairnError `conflict` when something was. */
  deleteProject(project: ProjectRef, options?: CallOptions): Promise<void>;

  /** Lets go of the connections. */
  close(): Promise<void>;
}
