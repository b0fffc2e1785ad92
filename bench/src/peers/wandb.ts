import type { Peer } from './peer.js';

const program = `
import sys, wandb
artifact = wandb.Artifact('data', type='dataset')
artifact.add_dir(sys.argv[1])
print(artifact.digest)
`;

/** Its first half: the files are copied and the manifest is made. Nothing is sent, so nothing can be restored. */
export const wandb: Peer = {
  name: 'wandb',
  probe: ['python3', '-c', 'import wandb; print(wandb.__version__)'],
  store: 'store',
  env: ({ work }) => ({
    HOME: work,
    WANDB_MODE: 'offline',
    WANDB_SILENT: 'true',
    WANDB_DIR: work,
    WANDB_DATA_DIR: `${work}/store`,
    WANDB_CACHE_DIR: `${work}/cache`,
    WANDB_CONFIG_DIR: `${work}/config`,
  }),
  setUp: () => [['mkdir', 'store']],
  add: ({ data }) => ['python3', '-c', program, data],
};
