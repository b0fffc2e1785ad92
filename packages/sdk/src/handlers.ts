import { createRequire } from 'node:module';
import {
  CairnError,
  createHandlerRegistry,
  type HandlerRegistry,
  type LazyHandler,
  type StorageHandler,
} from '@cairn/core';
import { fileHandler } from '@cairn/file';

/** A handler, or one that is loaded when its scheme is first met. */
export type Handler = StorageHandler | LazyHandler;

/** The caller's own handlers first, then `file:`, then those whose packages may be installed. */
export function createHandlers(own: readonly Handler[] = []): HandlerRegistry {
  return createHandlerRegistry([
    ...own,
    fileHandler(),
    packagedHandler(['http', 'https'], '@cairn/http', 'httpHandler'),
    packagedHandler(['s3'], '@cairn/s3', 's3Handler'),
    packagedHandler(['gs'], '@cairn/gs', 'gsHandler'),
  ]);
}

function packagedHandler(schemes: string[], packageName: string, factory: string): LazyHandler {
  return { schemes, load: () => loadHandler(packageName, factory) };
}

/**
 * Makes the handler of a package that need not be installed.
 *
 * @throws CairnError `handler_missing` when it is not. What a package that is there throws is not touched.
 */
export async function loadHandler(packageName: string, factory: string): Promise<StorageHandler> {
  const loaded = await import(packageName).catch((cause: unknown) => {
    if (isInstalled(packageName)) throw cause;
    throw new CairnError('handler_missing', `references of this kind need the package ${packageName}`, {
      hint: `Install it: npm i ${packageName}`,
      cause,
    });
  });
  return loaded[factory]();
}

const require = createRequire(import.meta.url);

function isInstalled(packageName: string): boolean {
  try {
    require.resolve(packageName);
    return true;
  } catch (error) {
    // Any other code means that it was found, and something is wrong with it.
    return (error as { code?: unknown }).code !== 'MODULE_NOT_FOUND';
  }
}
