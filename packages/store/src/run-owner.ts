import type { RunOwner } from '@cairn/core';
import { isProcessAlive, thisHost } from '@cairn/file';

/** This process, as the owner of the runs it starts. */
export function thisProcess(): RunOwner {
  return { host: thisHost().name, pid: process.pid };
}

/** Whether the process of a run is alive; `undefined` when it is one of another machine, container or boot. */
export function isOwnerAlive(owner: RunOwner): boolean | undefined {
  return owner.host === thisHost().name ? isProcessAlive(owner.pid) : undefined;
}
