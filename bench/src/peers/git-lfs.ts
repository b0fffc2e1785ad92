import type { Peer } from './peer.js';

export const gitLfs: Peer = {
  name: 'git-lfs',
  probe: ['git', 'lfs', 'version'],
  store: 'tree/.git',
  out: 'tree/data',
  env: ({ work }) => ({
    HOME: work,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'bench',
    GIT_AUTHOR_EMAIL: 'bench@example.org',
    GIT_COMMITTER_NAME: 'bench',
    GIT_COMMITTER_EMAIL: 'bench@example.org',
  }),
  setUp: () => [
    ['mkdir', '-p', 'tree/data'],
    ['git', 'init', '--quiet', 'tree'],
    ['git', '-C', 'tree', 'config', 'gc.auto', '0'],
    ['git', '-C', 'tree', 'lfs', 'install', '--local'],
    ['git', '-C', 'tree', 'lfs', 'track', 'data/**'],
  ],
  stage: ({ data }) => [['cp', '-rp', `${data}/.`, 'tree/data']],
  add: ({ number }) => [
    'sh',
    '-c',
    'cd tree && git add . && git commit --quiet --allow-empty -m "$1" && git tag "$1"',
    'sh',
    `v${number}`,
  ],
  restore: ({ number }) => ['git', '-C', 'tree', 'checkout', '--quiet', `v${number}`, '--', 'data'],
};
