import type { Api, WorkspaceOptions } from '@cairn/sdk';
import type { Addressed } from './look/ref-from.js';
import type { Options } from './options.js';
import type { Output } from './output/output.js';
import type { ProgressKind } from './progress/start-progress.js';
import type { Settings } from './settings/settings.js';

/** Where a command works: for `init`, `withRun`, `Api`, `findStore`. What is not set has the sdk's default. */
export interface Place extends WorkspaceOptions {
  readonly store: string | undefined;
}

/** What a command works with. */
export interface Invocation {
  /** What was given by position; what was left out at the end is missing. */
  readonly args: readonly string[];
  readonly options: Options;
  readonly output: Output;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly progress: ProgressKind;
  /** Aborted by Ctrl-C and by `--timeout`. */
  readonly signal: AbortSignal;
  /** What to do with questions: `yes` takes them as answered. */
  readonly confirms: boolean;
  /** Where to work. @throws UsageError when there is no such profile, or a key may not be sent. */
  workspace(): Place;
  /** How a later command names a version or a collection. */
  refOf(what: Addressed): string;
  /** Reads the store. @throws CairnError `not_found` when there is none: looking makes none. */
  api(): Promise<Api>;
  /** Says what is kept of unfinished work, for when Ctrl-C stops it. */
  whenStopped(say: () => string): void;
}
