import type { DataSet, SetName } from '../data-sets/write-data-set.js';
import type { Command, Peer, Place } from './peer.js';

export type StepName =
  | 'add'
  | 'again'
  | 'restore'
  | 'restoreAgain'
  | 'addSecond'
  | 'restoreSecond'
  | 'change'
  | 'diff'
  | 'page';

/** What is done with a data set, in this order: each step needs what those before it left. */
export const scenarios: Readonly<Record<SetName, readonly StepName[]>> = {
  A: ['add', 'again', 'restore', 'restoreAgain'],
  B: ['add', 'addSecond', 'restoreSecond'],
  C: ['add', 'change', 'diff', 'page'],
};

export interface StepPlace extends Place {
  readonly data: DataSet;
  /** Where restored files go. */
  readonly out: string;
}

/** The commands of a step: those before, which are not measured, and the one that is; none if the tool can't do it. */
export interface StepCommands {
  readonly before: readonly Command[];
  readonly measured: Command | undefined;
}

export function commandsOf(step: StepName, peer: Peer, { set, work, data, out }: StepPlace): StepCommands {
  const place: Place = { set, work };
  const first = { ...place, data: data.first, number: 1 } as const;
  const second = { ...place, data: data.second, number: 2 } as const;
  const commands: Record<StepName, () => StepCommands> = {
    add: () => ({
      before: [...(peer.setUp?.(place) ?? []), ...(peer.stage?.(first) ?? [])],
      measured: peer.add(first),
    }),
    again: () => just(peer.add({ ...first, number: 2 })),
    addSecond: () => ({ before: peer.stage?.(second) ?? [], measured: peer.add(second) }),
    restore: () => into(out, peer.restore?.({ ...place, out, number: 1 })),
    restoreAgain: () => just(peer.restore?.({ ...place, out, number: 1 })),
    restoreSecond: () => into(out, peer.restore?.({ ...place, out, number: 2 })),
    change: () => just(peer.manifest?.change(second)),
    diff: () => just(peer.manifest?.diff(place)),
    page: () => just(peer.manifest?.page(place)),
  };
  return commands[step]();
}

function just(measured: Command | undefined): StepCommands {
  return { before: [], measured };
}

/** Into an empty folder. What was there is moved aside: a file system may be slow for minutes after many files are deleted. */
function into(out: string, measured: Command | undefined): StepCommands {
  return {
    before: [
      ['mkdir', '-p', out],
      ['mv', out, 'before'],
      ['mkdir', out],
    ],
    measured,
  };
}
