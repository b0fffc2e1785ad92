import type { ExitCode } from './failure/exit-codes.js';
import type { Invocation } from './invocation.js';
import type { RecordName } from './json/records.js';

/** Does what a command is for. Default of the exit code: 0. */
export type Run = (invocation: Invocation) => Promise<ExitCode> | Promise<void>;

/** What a shell can offer for a value. */
export type Completes = 'version' | 'collection' | 'path' | 'file' | 'profile';

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  /** Takes all that is left. Only the last argument can. */
  readonly many?: true;
  readonly completes?: Completes;
}

export interface CommandOption {
  /** As in `-t, --type <type>`; with `<…>` it takes a value. */
  readonly flags: string;
  readonly summary: string;
  /** May be given several times. */
  readonly many?: true;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

export interface Example {
  readonly line: string;
  /** What it does, as the start of a sentence. */
  readonly does: string;
}

/** What a command prints with `--json`. */
export interface JsonOutput {
  readonly shape: 'list' | 'record';
  readonly of: RecordName;
  /** In which case, where there are several. */
  readonly when?: string;
}

/** The headings of `cairn --help`, in their order. */
export const groups = ['Look', 'Move', 'Change', 'Keep in order', 'Serve', 'Set up'] as const;

/** One command, as data: help, completion and the manual are made of it. Nothing it does is loaded until it is run. */
export interface Command {
  /** Such as `ls`, or `alias set` for one of a family. */
  readonly name: string;
  readonly group: (typeof groups)[number];
  /** One line, without a full stop. */
  readonly summary: string;
  /** What else is good to know, in whole sentences. */
  readonly description?: string;
  readonly args?: readonly Argument[];
  readonly options?: readonly CommandOption[];
  readonly examples: readonly Example[];
  readonly json?: readonly JsonOutput[];
  /** What people who come from elsewhere type for it. */
  readonly habits?: readonly string[];
  load(): Promise<{ readonly run: Run }>;
}
