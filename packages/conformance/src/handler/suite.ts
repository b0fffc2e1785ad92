import { registerSuite, type Setup, type Suite } from '../suite.js';
import type { HandlerFixture } from './fixture.js';
import { observing } from './observing.js';
import { opening } from './opening.js';
import { prefixes } from './prefixes.js';
import { verifying } from './verifying.js';

/** What a `StorageHandler` promises. */
export const storageHandlerSuite: Suite<HandlerFixture> = {
  name: 'StorageHandler',
  cases: [...observing, ...prefixes, ...opening, ...verifying],
};

/**
 * Tests a handler.
 *
 * @example
 * testStorageHandler('foo', async () => {
 *   const foo = await startFakeFoo();
 *   return {
 *     handler: fooHandler({ endpoint: foo.url }),
 *     put: (path, bytes) => foo.put(path, bytes),
 *     prefix: (path) => `foo://${path}`,
 *     dispose: () => foo.stop(),
 *   };
 * });
 */
export function testStorageHandler(name: string, setup: Setup<HandlerFixture>): void {
  registerSuite(storageHandlerSuite, name, setup);
}
