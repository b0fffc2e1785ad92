import type { Peer } from './peer.js';
import { program } from './program.js';

export const cairn: Peer = {
  name: 'Cairn',
  probe: program('use-cairn', 'version'),
  store: 'store',
  add: ({ data }) => program('use-cairn', 'add', 'store', data),
  restore: ({ out }) => program('use-cairn', 'restore', 'store', out),
  manifest: {
    change: ({ data }) => program('use-cairn', 'change', 'store', data),
    diff: () => program('use-cairn', 'diff', 'store'),
    page: () => program('use-cairn', 'page', 'store'),
  },
};
