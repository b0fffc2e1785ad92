/** What a program found out itself: it prints these as JSON on its last line. */
export type Metrics = Readonly<Record<string, number>>;

/** One run of one program. */
export interface Sample {
  /** From its start until it has ended, in milliseconds. */
  readonly wallMs: number;
  /** User and system time of the process, in milliseconds. */
  readonly cpuMs: number;
  /** The most memory it had at once (resident set), in millions of bytes. */
  readonly peakMB: number;
  readonly metrics: Metrics;
}

/** A program of this workspace, run as a process of its own. */
export interface Program {
  /** Its name in `programs/`. */
  readonly file: string;
  readonly args?: readonly string[];
}

/** A figure and what is asked of it. */
export interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: { readonly atMost: number } | { readonly atLeast: number } | { readonly exactly: number };
}

export interface Bench {
  /** Its results go to `results/<name>.json`. */
  readonly name: string;
  /** For what gives the same every time. Default: as often as asked for. */
  readonly runs?: number;
  /** Run in turn, so that a machine that slows down slows all of them. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Runs once before, with an empty folder that is there until the end; its path is the last argument of all programs. */
  readonly setup?: Program;
  /** From the medians of each program's samples. */
  rows(of: Readonly<Record<string, Sample>>): Row[];
}

export function isMet({ value, bar }: Row): boolean {
  if ('atLeast' in bar) return value >= bar.atLeast;
  return 'atMost' in bar ? value <= bar.atMost : value === bar.exactly;
}
