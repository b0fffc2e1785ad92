import type { Invocation } from '../invocation.js';
import { cleanTo } from '../keep/clean-cache.js';

export const run = (invocation: Invocation): Promise<void> => cleanTo(invocation, 0);
