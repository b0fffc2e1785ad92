import type { CallOptions } from '@cairn/core';
import { defaultPageSize, type Page, readPages } from '../catalog/pages.js';
import { toTime } from '../catalog/version-rows.js';
import type { Row, Step } from '../sql/step.js';
import type { AccessCatalog } from './access.js';
import { addAudit, listAudit } from './audit.js';
import { addToken, noToken, redeemToken } from './bootstrap.js';
import { notAccepted, toPrincipal } from './key-rows.js';
import { createKey, findKey, hasAdmin, listKeys, noteUse, revokeKey } from './keys.js';
import { link } from './links.js';
import type { LinksContext } from './links-context.js';
import { projectBlobs } from './project-blobs.js';
import { linked } from './project-links.js';
import { createProject, deleteProject, listProjects } from './projects.js';
import { isSecret, makeSecret } from './secrets.js';
import { createUser, listMembers, listUsers, removeMember, setMember, updateUser } from './users.js';

export interface SqlAccessOptions {
  /** How many rows a list reads at once. Default: {@link defaultPageSize}. */
  readonly pageSize?: number | undefined;
}

const hourMs = 3_600_000;

/** Who may do what, in a database whose schema is up to date. Each method runs one step, lists one for every page. */
export function sqlAccess(
  context: LinksContext,
  { pageSize = defaultPageSize }: SqlAccessOptions = {},
): AccessCatalog {
  const { database } = context;

  function pages<T>(
    step: (page: Page) => Step<(readonly [Row, T])[]>,
    { limit }: { readonly limit?: number | undefined },
    call: CallOptions,
  ): AsyncIterable<T> {
    return readPages((page) => database.read(() => step(page), call), { pageSize, limit, ...call });
  }

  return {
    hasAdmin: (call) => database.read(hasAdmin, call),
    async createBootstrapToken({ lifetimeMs = hourMs, ...call } = {}) {
      const token = makeSecret('cairnsetup_');
      const expiresAt = await database.write(() => addToken(token, lifetimeMs), call);
      return { token, expiresAt: toTime(expiresAt) };
    },
    async redeemBootstrapToken(token, { user, keyName = 'admin' }, { requestId, ...call } = {}) {
      if (!isSecret(token, 'cairnsetup_')) throw noToken();
      const secret = makeSecret('cairn_');
      const redemption = { token, user, keyName, secret, requestId };
      return { key: await database.write(() => redeemToken(redemption), call), secret };
    },

    createUser: (user, by, call) => database.write(() => createUser(user, by), call),
    updateUser: (name, change, by, call) => database.write(() => updateUser(name, change, by), call),
    listUsers: (query = {}, call = {}) => pages((page) => listUsers(query, page), query, call),
    setMember: (member, by, call) => database.write(() => setMember(member, by), call),
    removeMember: (member, by, call) => database.write(() => removeMember(member, by), call),
    listMembers: (query, call = {}) => pages((page) => listMembers(query, page), query, call),

    async createKey(key, by, call) {
      const secret = makeSecret('cairn_');
      return { key: await database.write(() => createKey(key, secret, by), call), secret };
    },
    listKeys: (query, call = {}) => pages((page) => listKeys(query, page), query, call),
    revokeKey: (id, by, call) => database.write(() => revokeKey(id, by), call),
    async authenticate(secret, call = {}) {
      if (!isSecret(secret, 'cairn_')) throw notAccepted('this is no key of Cairn, or it was mistyped');
      const { row, isUseNew } = await database.read(() => findKey(secret), call);
      if (isUseNew) {
        // Whether it can be written down or not, the key is good.
        await database.write(() => noteUse(row), call).catch(() => call.signal?.throwIfAborted());
      }
      return toPrincipal(row);
    },

    createProject: (project, by, call) => database.write(() => createProject(project, by), call),
    deleteProject: (project, by, call) => database.write(() => deleteProject(project, by), call),
    async *listProjects(principal, { limit = Number.POSITIVE_INFINITY, ...query } = {}, call = {}) {
      let left = Math.floor(limit);
      if (left <= 0) return;
      for await (const project of pages((page) => listProjects(principal, query, page), {}, call)) {
        if (project === undefined) continue;
        yield project;
        if (--left <= 0) return;
      }
    },

    link: (project, digests, call) => link(database, project, digests, call),
    linked: (project, digests, call) => linked(context, project, digests, call),
    blobsOf: (project) => projectBlobs(context, project),

    audit: (entry, call) => database.write(() => addAudit(entry), call),
    listAudit: (query, call = {}) => pages((page) => listAudit(query, page), query, call),
  };
}
