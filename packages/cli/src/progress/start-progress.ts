import type { OnProgress, ProgressEvent } from '@cairn/sdk';
import type { Output } from '../output/output.js';
import { type ProgressView, progressJson, progressText } from './progress-text.js';
import { Rate } from './rate.js';

export type ProgressKind = 'bar' | 'plain' | 'json' | 'none';

/** Tells of one transfer. */
export interface Told {
  readonly onProgress: OnProgress;
  /** The last event, to say what was kept. */
  last(): ProgressEvent | undefined;
  /** The transfer is over, whether it succeeded or not. Idempotent. */
  stop(): void;
}

/** Where lines are shown, and taken away again. */
export interface Screen {
  show(view: ProgressView): void;
  stop(): void;
}

/** What takes less is not worth a bar, in milliseconds. */
const patienceMs = 700;
/** Between two plain lines, in milliseconds. */
const plainMs = 10_000;

/** Starts to tell of a transfer in the way that was asked for: nothing is shown before it has taken a moment. */
export async function startProgress(output: Output, kind: ProgressKind): Promise<Told> {
  const screen = kind === 'bar' ? (await import('./bar.js')).createBar() : lineScreen(output, kind);
  const startedAt = performance.now();
  let rate = new Rate();
  let last: ProgressEvent | undefined;
  return {
    last: () => last,
    stop: () => screen.stop(),
    onProgress(event) {
      // What is counted may begin anew: first what comes by stdin, then what is stored of it.
      if (event.phase !== last?.phase) rate = new Rate();
      last = event;
      const now = performance.now();
      rate.add(event.loaded - event.reused, now);
      if (kind === 'bar' && now - startedAt < patienceMs) return;
      screen.show({ event, rate: rate.perSecond() });
    },
  };
}

function lineScreen(output: Output, kind: 'plain' | 'json' | 'none'): Screen {
  let shownAt = performance.now();
  return {
    show(view) {
      if (kind === 'json') output.complain(progressJson(view));
      if (kind !== 'plain' || performance.now() - shownAt < plainMs) return;
      shownAt = performance.now();
      output.talk(progressText(view, false));
    },
    stop: () => undefined,
  };
}
