import type { Peer } from './peer.js';

/** The floor: copies that are neither shared nor checked. */
export const cp: Peer = {
  name: 'cp -r',
  probe: ['cp', '--version'],
  store: 'store',
  setUp: () => [['mkdir', 'store']],
  add: ({ data, number }) => ['cp', '-r', '--reflink=never', data, `store/v${number}`],
  restore: ({ number, out }) => ['cp', '-r', '--reflink=never', `store/v${number}/.`, out],
};

export const tar: Peer = {
  name: 'tar',
  probe: ['tar', '--version'],
  store: 'store',
  setUp: () => [['mkdir', 'store']],
  add: ({ data, number }) => ['tar', '-cf', `store/v${number}.tar`, '-C', data, '.'],
  restore: ({ number, out }) => ['tar', '-xf', `store/v${number}.tar`, '-C', out],
};
