import { basename } from 'node:path';
import type { Peer } from './peer.js';

/** Copies, and knows what is there already. */
export const rclone: Peer = {
  name: 'rclone',
  probe: ['rclone', 'version'],
  store: 'store',
  env: ({ work }) => ({ RCLONE_CONFIG: `${work}/rclone.conf` }),
  setUp: () => [['touch', 'rclone.conf']],
  add: ({ data }) => ['rclone', 'copy', '--transfers', '8', data, `store/${basename(data)}`],
  restore: ({ number, out, set }) => [
    'rclone',
    'copy',
    '--transfers',
    '8',
    `store/${set === 'B' && number === 2 ? 'second' : 'first'}`,
    out,
  ],
};
