import cliProgress from 'cli-progress';
import { type ProgressView, progressText } from './progress-text.js';
import type { Screen } from './start-progress.js';

/** One line on the terminal per phase, redrawn in place. */
export function createBar(): Screen {
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    hideCursor: true,
    gracefulExit: false,
    format: (_options, { value }, { view }: { view: ProgressView }) =>
      value < 0 ? '' : `  ${progressText(view, true)}`,
  });
  let phase: string | undefined;
  return {
    show(view) {
      const { event } = view;
      if (event.phase !== phase) {
        bar.stop();
        bar.start(event.total ?? 0, event.loaded, { view });
        phase = event.phase;
      }
      bar.setTotal(event.total ?? 0);
      bar.update(event.loaded, { view });
    },
    stop: () => bar.stop(),
  };
}
