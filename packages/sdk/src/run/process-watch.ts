/** A run that is open while its process may die. */
export interface OpenRun {
  /** An exception that nobody caught is about to end the process. */
  onCrash(): void;
  /** What would be lost without a word if the process ended now, if anything. */
  lastWords(): string | undefined;
}

const runs = new Set<OpenRun>();

function onCrash(): void {
  for (const run of runs) run.onCrash();
}

function onExit(): void {
  for (const run of runs) {
    const words = run.lastWords();
    if (words !== undefined) process.stderr.write(`cairn: ${words}\n`);
  }
}

/** Tells a run of the end of the process, until the function that comes back is called. */
export function watchProcess(run: OpenRun): () => void {
  if (runs.size === 0) {
    process.on('uncaughtExceptionMonitor', onCrash);
    process.on('exit', onExit);
  }
  runs.add(run);
  return () => {
    if (!runs.delete(run) || runs.size > 0) return;
    process.off('uncaughtExceptionMonitor', onCrash);
    process.off('exit', onExit);
  };
}
