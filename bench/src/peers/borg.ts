import type { Peer } from './peer.js';

export const borg: Peer = {
  name: 'borg',
  probe: ['borg', '--version'],
  store: 'store',
  env: ({ work }) => ({
    BORG_REPO: `${work}/store`,
    BORG_BASE_DIR: `${work}/base`,
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  }),
  setUp: () => [['borg', 'init', '--encryption', 'none']],
  add: ({ data, number }) => [
    'sh',
    '-c',
    'cd "$1" && exec borg create --compression lz4 "::$2" .',
    'sh',
    data,
    `v${number}`,
  ],
  restore: ({ number, out }) => ['sh', '-c', 'cd "$1" && exec borg extract "::$2"', 'sh', out, `v${number}`],
};
