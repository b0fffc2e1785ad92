import type { Invocation } from '../invocation.js';
import { cleanTo } from '../keep/clean-cache.js';
import { parseSize } from '../size.js';

export const run = (invocation: Invocation): Promise<void> =>
  cleanTo(invocation, parseSize(invocation.args[0] ?? ''));
