import type { Output } from '../output/output.js';
import type { ProgressKind } from './start-progress.js';

/** One moment of a work of several phases. */
export interface StepEvent {
  readonly phase: string;
  readonly done: number;
  readonly total: number | undefined;
  /** `done` of what, in words. */
  readonly text: string;
}

export interface Steps {
  tell(event: StepEvent): void;
  /** The work is over. Idempotent. */
  stop(): void;
}

/** Between two lines of one phase, in milliseconds: on a terminal, where they replace each other, and elsewhere. */
const barMs = 100;
const plainMs = 10_000;

/** Starts to tell of a work on a store, in the way that was asked for. */
export function startSteps(output: Output, kind: ProgressKind): Steps {
  let toldAt = Number.NEGATIVE_INFINITY;
  const startedAt = performance.now();
  let isShown = false;
  return {
    tell({ phase, done, total, text }) {
      if (kind === 'json') {
        output.complain(JSON.stringify({ message_type: 'status', phase, done, total: total ?? null }));
        return;
      }
      const now = performance.now();
      if (now - toldAt < (kind === 'bar' ? barMs : plainMs)) return;
      if (kind === 'bar') {
        // What takes less than a moment is not worth a line.
        if (now - startedAt < 500) return;
        process.stderr.write(`\r\u001b[K  ${text}`);
        isShown = true;
      } else if (kind === 'plain' && now - startedAt >= plainMs) output.talk(text);
      toldAt = now;
    },
    stop() {
      if (isShown) process.stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}
