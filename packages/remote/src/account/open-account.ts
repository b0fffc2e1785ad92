import type { ProjectRef } from '@cairn/core';
import { json } from '../catalog/asking.js';
import { paramPages } from '../catalog/pages.js';
import { createConnection } from '../http/connection.js';
import { createDispatcher } from '../http/dispatcher.js';
import { createRetry } from '../http/retry.js';
import { checkKey, parseAddress } from '../http/server-address.js';
import {
  accountRoutes,
  createdKey,
  keyRecord,
  routes,
  seenProject,
  serverInfo,
  whoAmI,
} from '../protocol/index.js';
import { type OpenRemoteOptions, settingsOf } from '../remote-options.js';
import type { Account } from './account.js';

/**
 * Opens what a server has to say about one's keys and projects. Asks nothing yet.
 *
 * @throws CairnError `uri_invalid` for a URL that can't be a server's; `unauthenticated` for what can't be a key.
 */
export function openAccount(options: OpenRemoteOptions): Account {
  const address = parseAddress(options.url);
  checkKey(options.apiKey);
  const settings = settingsOf(options);
  const dispatcher = options.dispatcher ?? createDispatcher(options);
  const connection = createConnection(address, dispatcher, settings);
  /** For what must not be done twice when its answer is lost. */
  const once = (signal: AbortSignal | undefined) => createRetry({ ...settings, attempts: 1 }, signal);
  const pathOf = ({ entity, project }: ProjectRef) => ({ entity, project });
  return {
    info: (call) => connection.askJson({ route: routes.info, ...call }, serverInfo),
    whoAmI: (call) => connection.askJson({ route: accountRoutes.whoAmI, ...call }, whoAmI),
    setUp: (token, request, call) =>
      connection.askJson(
        { route: accountRoutes.setUp, ...json({ token, ...request }), ...call },
        createdKey,
        once(call?.signal),
      ),
    listKeys: ({ user, ...part } = {}, call) =>
      paramPages(connection, { route: accountRoutes.listKeys, params: { user } }, keyRecord, {
        ...part,
        ...call,
      }),
    createKey: (key, call) =>
      connection.askJson(
        { route: accountRoutes.createKey, ...json(key), ...call },
        createdKey,
        once(call?.signal),
      ),
    revokeKey: (keyId, call) =>
      connection.askJson({ route: accountRoutes.revokeKey, path: { keyId }, ...call }, keyRecord),
    listProjects: ({ entity, after, limit } = {}, call) =>
      paramPages(connection, { route: accountRoutes.listProjects, params: { entity } }, seenProject, {
        after: after === undefined ? undefined : `${after.entity}/${after.project}`,
        ...{ limit, ...call },
      }),
    createProject: (project, call) =>
      connection.tell({ route: accountRoutes.createProject, path: pathOf(project), ...call }),
    deleteProject: (project, call) =>
      connection.tell({ route: accountRoutes.deleteProject, path: pathOf(project), ...call }),
    async close() {
      if (options.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}
