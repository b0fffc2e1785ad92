import type { Peer } from './peer.js';

export const casync: Peer = {
  name: 'casync',
  probe: ['casync', '--version'],
  store: 'store',
  setUp: () => [['mkdir', 'store']],
  add: ({ data, number }) => ['casync', 'make', '--store=store/chunks', `store/v${number}.caidx`, data],
  restore: ({ number, out }) => ['casync', 'extract', '--store=store/chunks', `store/v${number}.caidx`, out],
};
