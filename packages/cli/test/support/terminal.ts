import { spawn } from '@lydell/node-pty';
import { type Place, program } from './cairn.js';

export interface TerminalOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What to type as soon as a text is shown, in turn. */
  readonly typing?: readonly { readonly after: string; readonly keys: string }[];
}

export interface Shown {
  /** All that was written to the terminal, with its control sequences. */
  readonly raw: string;
  /** The same without colours and line ends of terminals. */
  readonly text: string;
  readonly code: number;
}

/** Runs `cairn` in a pseudo-terminal. */
export function inTerminal(place: Place, args: readonly string[], options?: TerminalOptions): Promise<Shown> {
  return inPty(place, [process.execPath, program, ...args], options);
}

/** Runs another program in a pseudo-terminal, such as a shell. */
export function programInTerminal(
  place: Place,
  command: readonly string[],
  options?: TerminalOptions,
): Promise<Shown> {
  return inPty(place, command, options);
}

/** Runs a line of bash in which `cairn` is the program, in a pseudo-terminal. */
export function lineInTerminal(place: Place, line: string, options?: TerminalOptions): Promise<Shown> {
  return inPty(place, ['bash', '-c', line], options);
}

function inPty(
  { folder, env }: Place,
  [file = '', ...args]: readonly string[],
  { columns = 100, env: more = {}, typing = [] }: TerminalOptions = {},
): Promise<Shown> {
  const terminal = spawn(file, args, {
    name: more.TERM ?? 'xterm-256color',
    cols: columns,
    rows: 40,
    cwd: folder,
    env: { ...env, ...more },
  });
  let raw = '';
  let from = 0;
  const waiting = [...typing];
  terminal.onData((data) => {
    raw += data;
    const next = waiting[0];
    const at = next === undefined ? -1 : raw.indexOf(next.after, from);
    if (next === undefined || at === -1) return;
    from = at + next.after.length;
    waiting.shift();
    terminal.write(next.keys);
  });
  return new Promise((resolve) => {
    terminal.onExit(({ exitCode }) => resolve({ raw, text: plain(raw), code: exitCode }));
  });
}

function plain(raw: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are steered by them
  return raw.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r\n', '\n');
}
