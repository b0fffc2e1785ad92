import {
  createHandlerRegistry,
  type HandlerRegistry,
  type LazyHandler,
  type StorageHandler,
} from '@cairn/core';
import { fileHandler } from '@cairn/file';
import { importPackage } from './util/import-package.js';

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

/** Makes the handler of a package. @throws CairnError As `importPackage`. */
export async function loadHandler(packageName: string, factory: string): Promise<StorageHandler> {
  const loaded = await importPackage(packageName, 'references of this kind');
  return (loaded as Record<string, () => StorageHandler>)[factory]?.() as StorageHandler;
}
