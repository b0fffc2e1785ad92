import type * as v from 'valibot';
import type { Call } from './call.js';
import type { Rule } from './rule.js';

/** What a route answers. At most one of `json` and `body`. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** What the API's description says of an answer. */
export interface AnswerShape {
  readonly status: number;
  readonly description: string;
  /** Of JSON. */
  readonly schema?: v.GenericSchema<unknown, unknown>;
  /** Of what is no JSON. */
  readonly type?: string;
}

export interface Input<Params, Body> {
  readonly params: Params;
  readonly body: Body;
}

/** One route: what it is asked by, who may, and what it does. */
export interface Route<Params = unknown, Body = unknown> {
  /** Unique; names it in the API's description, the logs and the metrics. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the base path. `:name` stands for one part. */
  readonly path: string;
  readonly summary: string;
  readonly rule: Rule;
  /** The query string. Default: there is none. */
  readonly params?: v.GenericSchema<unknown, Params>;
  /** The JSON of the body. */
  readonly body?: v.GenericSchema<unknown, Body>;
  /** The type of a body that is no JSON, which the route reads by itself. */
  readonly bodyType?: string;
  /** The first is that of success. */
  readonly answers: readonly [AnswerShape, ...AnswerShape[]];
  /** How the audit log calls it. Default: it is not written down, or the store does it. */
  readonly audit?: string;
  /** Whether requests are neither counted against limits nor logged: probes. */
  readonly isProbe?: boolean;
  handle(call: Call, input: Input<Params, Body>): Promise<Answer>;
}

/** Any route of a table. Its input is checked by its own schemas before it gets it. */
export type AnyRoute = Omit<Route, 'params' | 'body' | 'handle'> & {
  readonly params?: v.GenericSchema<unknown, unknown>;
  readonly body?: v.GenericSchema<unknown, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: what a schema gives is what its route takes, which `route` makes sure of.
  handle(call: Call, input: any): Promise<Answer>;
};

/** Declares a route: its schemas give the types of its input. */
export function route<Params = undefined, Body = undefined>(definition: Route<Params, Body>): AnyRoute {
  return definition as AnyRoute;
}

const kinds: ReadonlySet<string> = new Set(['public', 'key', 'project', 'entity', 'admin']);

/** Refuses a table with a route that has no rule, or with two of one name. */
export function checkTable(table: readonly AnyRoute[]): readonly AnyRoute[] {
  const names = new Set<string>();
  for (const { name, rule, method, path } of table) {
    // Types end where JavaScript begins.
    const kind = (rule as { kind?: string } | undefined)?.kind;
    if (kind === undefined || !kinds.has(kind)) {
      throw new TypeError(`the route ${method} ${path} has no rule that says who may use it`);
    }
    if (names.has(name)) throw new TypeError(`two routes are called ${name}`);
    names.add(name);
  }
  return table;
}
