import { AsyncLocalStorage } from 'node:async_hooks';
import type { Workspace } from '../workspace.js';
import type { ActiveRun } from './active-run.js';

/** Where a run is, or will be, current. */
export interface Slot {
  /** Absent while the run starts. */
  run?: ActiveRun;
  hasFailed?: boolean;
  /** Where the run is that is current again once this one is over. */
  readonly outer: Slot | undefined;
}

const slots = new AsyncLocalStorage<Slot>();

/** The run that is current here: the innermost one that has started and is not over. */
export function currentRun(): ActiveRun | undefined {
  let slot = slots.getStore();
  while (slot !== undefined && (slot.run === undefined || slot.run.isOver)) slot = slot.outer;
  return slot?.run;
}

export function currentWorkspace(): Workspace | undefined {
  return currentRun()?.workspace;
}

/** A slot inside the current one. Slots of runs that are over are left out, so that a chain holds only open ones. */
export function newSlot(): Slot {
  let outer = slots.getStore();
  while (outer?.hasFailed || outer?.run?.isOver) outer = outer.outer;
  return { outer };
}

/** Makes a slot current from here on in the calling code. Must be called before its function awaits anything. */
export function enterSlot(): Slot {
  const slot = newSlot();
  slots.enterWith(slot);
  return slot;
}

export function inSlot<T>(slot: Slot, work: () => T): T {
  return slots.run(slot, work);
}
