import type { Peer } from './peer.js';

export const restic: Peer = {
  name: 'restic',
  probe: ['restic', 'version'],
  store: 'store',
  env: ({ work }) => ({
    RESTIC_REPOSITORY: `${work}/store`,
    RESTIC_CACHE_DIR: `${work}/cache`,
    RESTIC_PASSWORD: 'bench',
  }),
  setUp: () => [['restic', 'init', '--quiet']],
  // From inside the folder, so that no version's paths start with where it was on disk.
  add: ({ data, number }) => [
    'sh',
    '-c',
    'cd "$1" && exec restic backup --quiet --tag "$2" .',
    'sh',
    data,
    `v${number}`,
  ],
  restore: ({ number, out }) => [
    'restic',
    'restore',
    'latest',
    '--quiet',
    '--tag',
    `v${number}`,
    '--target',
    out,
  ],
};
