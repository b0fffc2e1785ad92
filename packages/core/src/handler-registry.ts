import { CairnError } from './errors.js';
import { quote } from './printable.js';
import type { StorageHandler } from './seams/storage-handler.js';
import { schemeOf } from './uri.js';

/** A handler that is loaded when its scheme is first met. */
export interface LazyHandler {
  readonly schemes: readonly string[];
  /** @throws CairnError `handler_missing` when its package is not installed. */
  load(): Promise<StorageHandler>;
}

/** Finds the handler of a URI. */
export interface HandlerRegistry {
  /** The schemes that have a handler, sorted. */
  readonly schemes: readonly string[];
  /** The handler of a URI, or `undefined` when its scheme has none. A text without a scheme is a path: `file`. */
  find(uri: string): Promise<StorageHandler | undefined>;
}

/**
 * Makes a registry. Of two handlers with the same scheme the earlier one serves it, so that a caller's own come first.
 *
 * @throws TypeError when a handler has another `specVersion` than 1 or a scheme that is not one.
 */
export function createHandlerRegistry(handlers: Iterable<StorageHandler | LazyHandler>): HandlerRegistry {
  const byScheme = new Map<string, () => Promise<StorageHandler>>();
  for (const handler of handlers) {
    const find = 'load' in handler ? memoise(() => handler.load()) : async () => handler;
    if (!('load' in handler)) checkSpecVersion(handler);
    for (const scheme of handler.schemes) {
      if (schemeOf(`${scheme}:`) !== scheme)
        throw new TypeError(`${quote(scheme)} is not a lower-case URI scheme`);
      if (!byScheme.has(scheme)) byScheme.set(scheme, find);
    }
  }
  return {
    schemes: [...byScheme.keys()].sort(),
    find: async (uri) => byScheme.get(schemeOf(uri) ?? 'file')?.(),
  };
}

/** Like {@link HandlerRegistry.find}, for callers that can't go on without one. @throws CairnError `handler_missing`. */
export async function requireHandler(handlers: HandlerRegistry, uri: string): Promise<StorageHandler> {
  const handler = await handlers.find(uri);
  if (handler !== undefined) return handler;
  throw new CairnError(
    'handler_missing',
    `no handler for ${quote(`${schemeOf(uri) ?? 'file'}:`)} in ${quote(uri)}`,
    {
      hint: `Pass one in { handlers: [...] }. There are handlers for: ${handlers.schemes.join(', ') || 'nothing'}.`,
    },
  );
}

function checkSpecVersion(handler: StorageHandler): void {
  const version: number = handler.specVersion;
  if (version === 1) return;
  throw new TypeError(
    `the handler ${quote(handler.name)} has specVersion ${version}; this core understands 1`,
  );
}

/** A failed load is tried again at the next call. */
function memoise(load: () => Promise<StorageHandler>): () => Promise<StorageHandler> {
  let loading: Promise<StorageHandler> | undefined;
  return () => {
    loading ??= load().then(
      (handler) => {
        checkSpecVersion(handler);
        return handler;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
}
