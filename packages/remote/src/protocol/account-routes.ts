/** What a client asks about keys and projects. */
export const accountRoutes = {
  whoAmI: { method: 'GET', path: '/me' },
  setUp: { method: 'POST', path: '/setup' },
  listKeys: { method: 'GET', path: '/keys' },
  createKey: { method: 'POST', path: '/keys' },
  revokeKey: { method: 'DELETE', path: '/keys/:keyId' },
  listProjects: { method: 'GET', path: '/projects' },
  createProject: { method: 'PUT', path: '/projects/:entity/:project' },
  deleteProject: { method: 'DELETE', path: '/projects/:entity/:project' },
} as const;
