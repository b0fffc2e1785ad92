import type { Peer } from './peer.js';
import { program } from './program.js';

export const cacache: Peer = {
  name: 'cacache',
  probe: program('use-cacache', 'version'),
  store: 'store',
  add: ({ data, number }) => program('use-cacache', 'add', 'store', data, `v${number}`),
  restore: ({ number, out }) => program('use-cacache', 'restore', 'store', out, `v${number}`),
};
