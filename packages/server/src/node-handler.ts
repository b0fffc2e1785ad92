import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Server } from './create-server.js';
import type { ServerEnv } from './http/read-body.js';

/** A server as a handler for `node:http`, and for frameworks that take such, as Express does. */
export function toNodeHandler(server: Server): (request: IncomingMessage, response: ServerResponse) => void {
  const listener = getRequestListener((request, env) => server.fetch(request, env as ServerEnv), {
    overrideGlobalObjects: false,
  });
  return (request, response) => void listener(request, response);
}
