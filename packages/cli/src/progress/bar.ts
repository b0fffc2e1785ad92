import cliProgress, { type SingleBar } from 'cli-progress';
import { filesInFlight, type ProgressView, progressText } from './progress-text.js';
import type { Screen } from './start-progress.js';

/** One line on the terminal per phase, redrawn in place, and below it for now one for each of the largest files in flight. */
export function createBar(): Screen {
  let phase: Phase | undefined;
  return {
    show(view) {
      if (view.event.phase !== phase?.name) {
        phase?.stop();
        phase = startPhase(view);
      }
      phase.show(view);
    },
    stop() {
      phase?.stop();
      phase = undefined;
    },
  };
}

interface Phase extends Screen {
  readonly name: string;
}

function startPhase({ event: { phase: name } }: ProgressView): Phase {
  const lines = new cliProgress.MultiBar({
    stream: process.stderr,
    hideCursor: true,
    gracefulExit: false,
    clearOnComplete: true,
    format: (_options, _params, { text }: { text: string }) => text,
  });
  const drawn: SingleBar[] = [];
  let last = '';
  return {
    name,
    show(view) {
      last = `  ${progressText(view, true)}`;
      const texts = [last, ...filesInFlight(view)];
      // A line that was drawn once stays, empty where it has nothing to say, until the phase is over.
      for (let at = 0; at < Math.max(texts.length, drawn.length); at++) {
        const text = texts[at] ?? '';
        const line = drawn[at];
        if (line === undefined) drawn.push(lines.create(1, 0, { text }));
        else line.update({ text });
      }
    },
    stop() {
      lines.stop();
      process.stderr.write(`${last}\n`);
    },
  };
}
