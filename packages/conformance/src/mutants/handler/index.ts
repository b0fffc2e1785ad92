import type { HandlerMutant } from './lie.js';
import { observingMutants } from './observing.js';
import { openingMutants } from './opening.js';
import { prefixesMutants } from './prefixes.js';
import { verifyingMutants } from './verifying.js';

/** Handlers that break their contract. */
export const storageHandlerMutants: readonly HandlerMutant[] = [
  ...observingMutants,
  ...prefixesMutants,
  ...openingMutants,
  ...verifyingMutants,
];
