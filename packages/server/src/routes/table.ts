import { apiBase } from '@cairn/remote/protocol';
import { describeApi } from '../openapi.js';
import { type AnyRoute, checkTable, route } from '../route.js';
import { everybody } from '../rule.js';
import { ok } from './answers.js';
import { blobRoutes } from './blobs.js';
import { keyRoutes } from './keys.js';
import { lineageRoute } from './lineage.js';
import { peopleRoutes } from './people.js';
import { projectRoutes } from './projects.js';
import { runRoutes } from './runs.js';
import { setupPage } from './setup-page.js';
import { infoRoute, systemRoutes } from './system.js';
import { versionRoutes } from './versions.js';

const api: readonly AnyRoute[] = [
  infoRoute,
  ...runRoutes,
  ...versionRoutes,
  lineageRoute,
  ...blobRoutes,
  ...keyRoutes,
  ...projectRoutes,
  ...peopleRoutes,
];

/** Every route of a server, with its path behind the base path. */
export function routeTable(basePath: string): readonly AnyRoute[] {
  const table: AnyRoute[] = [
    ...systemRoutes,
    setupPage,
    ...api.map((each) => ({ ...each, path: apiBase + each.path })),
  ];
  let description: unknown; // takes a moment to make, which a start has not
  table.push(
    route({
      method: 'GET',
      path: '/api/openapi.json',
      name: 'openapi',
      summary: 'This description.',
      rule: everybody,
      answers: [{ status: 200, description: 'OpenAPI 3.1.', type: 'application/json' }],
      async handle() {
        description ??= describeApi(table, basePath);
        return ok(description);
      },
    }),
  );
  return checkTable(table);
}
