import { borg } from './borg.js';
import { cacache } from './cacache.js';
import { cairn } from './cairn.js';
import { casync } from './casync.js';
import { dvc } from './dvc.js';
import { cp, tar } from './floor.js';
import { gitLfs } from './git-lfs.js';
import type { Peer } from './peer.js';
import { rclone } from './rclone.js';
import { restic } from './restic.js';
import { wandb } from './wandb.js';

/** Cairn comes first: the others are measured by it. */
export const allPeers: readonly Peer[] = [
  cairn,
  restic,
  borg,
  casync,
  gitLfs,
  dvc,
  wandb,
  cacache,
  rclone,
  cp,
  tar,
];
