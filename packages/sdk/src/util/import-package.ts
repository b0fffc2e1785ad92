import { createRequire } from 'node:module';
import { CairnError } from '@cairn/core';

/**
 * Imports a package that need not be installed.
 *
 * @param what Who needs it, as the start of a sentence: `references of this kind`.
 * @throws CairnError `handler_missing` when it is not. What a package that is there throws is not touched.
 */
export async function importPackage(name: string, what: string): Promise<object> {
  return import(name).catch((cause: unknown) => {
    if (isInstalled(name)) throw cause;
    throw new CairnError('handler_missing', `${what} need the package ${name}`, {
      hint: `Install it: npm i ${name}`,
      cause,
    });
  });
}

const require = createRequire(import.meta.url);

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    // Any other code means that it was found, and something is wrong with it.
    return (error as { code?: unknown }).code !== 'MODULE_NOT_FOUND';
  }
}
