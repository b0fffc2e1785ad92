import type { Peer } from './peer.js';

export const dvc: Peer = {
  name: 'dvc',
  probe: ['dvc', '--version'],
  store: '.dvc/cache',
  out: 'data',
  env: ({ work }) => ({
    HOME: work,
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: `${work}/site`,
    DVC_GLOBAL_CONFIG_DIR: `${work}/config`,
  }),
  setUp: () => [['dvc', 'init', '--quiet', '--no-scm']],
  stage: ({ data }) => [['cp', '-rpT', data, 'data']],
  add: () => ['dvc', 'add', '--quiet', 'data'],
  restore: () => ['dvc', 'checkout', '--quiet', '--force', 'data.dvc'],
};
