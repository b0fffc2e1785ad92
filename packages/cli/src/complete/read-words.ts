import type { Command, CommandOption, Completes } from '../command.js';
import { globalOptions } from '../global-options.js';

/** What was typed before and at the cursor. */
export interface Typed {
  /** The word at the cursor, up to it. */
  readonly current: string;
  /** The words that name a command, or start to: `['alias']`. */
  readonly path: readonly string[];
  readonly command: Command | undefined;
  readonly args: readonly string[];
  /** Values of options, by their flags. */
  readonly flags: ReadonlyMap<string, string>;
  /** The option whose value is at the cursor. */
  readonly option: CommandOption | undefined;
  /** What of a store is wanted at the cursor. */
  readonly wants: Completes | undefined;
}

/** @param words Without the program's name; the last is the one at the cursor. */
export function readWords(words: readonly string[], table: readonly Command[]): Typed {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const path: string[] = [];
  const args: string[] = [];
  const flags = new Map<string, string>();
  let command: Command | undefined;
  let option: CommandOption | undefined;
  for (const word of before) {
    if (option !== undefined) {
      for (const flag of flagsOf(option)) flags.set(flag, word);
      option = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const found = optionsOf(command).find((each) => flagsOf(each).includes(word));
      if (found !== undefined && takesValue(found)) option = found;
    } else {
      // A command can have others under its name, as backup has.
      const longer = args.length === 0 && table.find(({ name }) => name === [...path, word].join(' '));
      if (command === undefined || longer) {
        path.push(word);
        command = longer || undefined;
      } else {
        args.push(word);
      }
    }
  }
  const wants = option === undefined ? argumentAt(command, args.length)?.completes : option.completes;
  const isFlag = option === undefined && current.startsWith('-');
  return {
    current,
    path,
    command,
    args,
    flags,
    option,
    wants: isFlag || wants === 'file' ? undefined : wants,
  };
}

/** All options a command takes. */
export function optionsOf(command: Command | undefined): readonly CommandOption[] {
  return [...(command?.options ?? []), ...globalOptions];
}

/** `-t` and `--type` of `-t, --type <type>`. */
export function flagsOf({ flags }: CommandOption): string[] {
  return flags.split(/, | /).filter((part) => part.startsWith('-'));
}

function takesValue({ flags }: CommandOption): boolean {
  return flags.includes('<');
}

function argumentAt(command: Command | undefined, at: number) {
  const args = command?.args ?? [];
  const last = args.at(-1);
  return args[at] ?? (last?.many === true ? last : undefined);
}
