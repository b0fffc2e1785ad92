/** Where the API begins, behind the base path that a server may be mounted under. */
export const apiBase = '/api/v1';

/** One route of the API: what it is asked by, and where. `:name` stands for a part of the path, percent-encoded. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind {@link apiBase}. */
  readonly path: string;
}

/** Every route that a client uses. What is asked and answered is said in `docs/http-api.md`. */
export const routes = {
  info: { method: 'GET', path: '/' },

  startRun: { method: 'POST', path: '/projects/:entity/:project/runs' },
  listRuns: { method: 'GET', path: '/runs' },
  getRun: { method: 'GET', path: '/runs/:runId' },
  heartbeat: { method: 'POST', path: '/runs/:runId/heartbeat' },
  finishRun: { method: 'POST', path: '/runs/:runId/finish' },
  versionsOfRun: { method: 'GET', path: '/runs/:runId/versions' },
  recordUse: { method: 'PUT', path: '/runs/:runId/inputs/:versionId' },

  commitVersion: { method: 'POST', path: '/projects/:entity/:project/versions' },
  findVersion: { method: 'GET', path: '/projects/:entity/:project/collections/:name/version' },
  listCollections: { method: 'GET', path: '/collections' },
  listVersions: { method: 'GET', path: '/versions' },
  updateVersion: { method: 'PATCH', path: '/versions/:versionId' },
  deleteVersion: { method: 'DELETE', path: '/versions/:versionId' },
  restoreVersion: { method: 'POST', path: '/versions/:versionId/restore' },
  runsOfVersion: { method: 'GET', path: '/versions/:versionId/runs' },
  lineage: { method: 'POST', path: '/lineage' },

  basis: { method: 'GET', path: '/projects/:entity/:project/blobs/basis' },
  missingBlobs: { method: 'POST', path: '/projects/:entity/:project/blobs/missing' },
  readBlobs: { method: 'POST', path: '/projects/:entity/:project/blobs/read' },
  addPack: { method: 'POST', path: '/projects/:entity/:project/packs' },
  planPack: { method: 'POST', path: '/projects/:entity/:project/packs/plan' },
  addPlannedPack: { method: 'POST', path: '/projects/:entity/:project/packs/planned' },
  planBlob: { method: 'GET', path: '/projects/:entity/:project/blobs/:digest/plan' },
  getBlob: { method: 'GET', path: '/projects/:entity/:project/blobs/:digest' },
} as const;

export type RouteName = keyof typeof routes;

/** The path of a route with its parts filled in; `undefined` when one of them could stand in no path. */
export function fillPath(route: Route, parts: Readonly<Record<string, string>> = {}): string | undefined {
  let isFit = true;
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    const part = parts[name] ?? '';
    // Parsers of URLs take dots away, encoded or not.
    if (/^\.{0,2}$|\p{Cs}/u.test(part)) isFit = false;
    return isFit ? encodeURIComponent(part) : '';
  });
  return isFit ? apiBase + path : undefined;
}
