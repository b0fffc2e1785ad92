import type { SetName } from '../data-sets/write-data-set.js';

/** A program and its arguments. */
export type Command = readonly [string, ...string[]];

/** A data set to add, and where a tool keeps what it makes of it. */
export interface Place {
  readonly set: SetName;
  /** A folder of the tool alone, empty at first; the working directory of all its commands. */
  readonly work: string;
}

export interface Version extends Place {
  /** The folder with the files. */
  readonly data: string;
  /** 1 for what is added first, 2 for what is added after it. */
  readonly number: 1 | 2;
}

export interface Restore extends Place {
  readonly number: 1 | 2;
  /** The folder that gets the files: there, and empty the first time. */
  readonly out: string;
}

/** A tool that keeps versions of files, or that could. All its commands run in `work`, each as a process of its own. */
export interface Peer {
  readonly name: string;
  /** Prints its version; fails where there is no such tool. */
  readonly probe: Command;
  /** What the tool stores is in this folder of `work`. */
  readonly store: string;
  /** Where it puts files that it restores, in `work`. Default: a folder for that alone. */
  readonly out?: string;
  env?(place: Place): Record<string, string>;
  /** Runs once before all others; not measured. */
  setUp?(place: Place): readonly Command[];
  /** Brings files that were not there before to where the tool wants them; not measured. */
  stage?(version: Version): readonly Command[];
  add(version: Version): Command;
  restore?(restore: Restore): Command;
  /** What only Cairn can do: work with a manifest without the files. Each prints what it measured as JSON. */
  readonly manifest?: {
    /** Adds a second version that replaces the files in `data`. */
    change(version: Version): Command;
    diff(place: Place): Command;
    page(place: Place): Command;
  };
}
