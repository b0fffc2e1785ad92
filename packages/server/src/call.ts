import type { CallOptions, ProjectRef } from '@cairn/core';
import type { Actor, Principal } from '@cairn/store';
import type { ServerEnv } from './http/read-body.js';
import type { Services } from './services.js';

/** One request, after its route's rule was found to be kept. */
export interface Call {
  readonly services: Services;
  readonly request: Request;
  readonly env: ServerEnv;
  readonly requestId: string;
  /** What the parts of the path that have names are, decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** Of a route that everybody may use it can do nothing. */
  readonly principal: Principal;
  readonly actor: Actor;
  /** Of a rule about a project: which one. */
  readonly project: ProjectRef;
  /** Ends what is done for a client that has gone. */
  readonly options: CallOptions;
}
