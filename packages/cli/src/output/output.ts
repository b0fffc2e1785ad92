import type { Writable } from 'node:stream';
import { type Colors, colorsOf } from './colors.js';

/** Where results and talk go, and in which form. */
export interface Output {
  readonly format: 'text' | 'json';
  /** The fields that `--json=…` names; `undefined` for all. */
  readonly fields: readonly string[] | undefined;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** Whether a program reads stderr line by line, as with `--progress=json`: there is no talk then. */
  readonly isForLines: boolean;
  /** Whether a person reads the result as it is printed: it is fitted, coloured and rounded. */
  readonly isTerminal: boolean;
  /** Whether the talk goes to a terminal on which lines can be drawn again. */
  readonly canRedraw: boolean;
  /** Whether questions can be asked, too. */
  readonly isInteractive: boolean;
  /** In columns; infinite where nothing is to be cut. */
  readonly width: number;
  /** Of the result. */
  readonly colors: Colors;
  /** Of the talk. */
  readonly talkColors: Colors;
  /** Writes to the result. @throws OutputClosed when nobody reads it any more. */
  write(data: string | Uint8Array): Promise<void>;
  /** Says something beside the result, in a line of its own; nothing when quiet, or to a program. */
  talk(line: string): void;
  /** As `talk`, but also when quiet. */
  complain(line: string): void;
}

export interface OutputRequest {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly stdin: { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `--json` and `--json=…` give it: a text, empty for all fields. */
  readonly json: string | undefined;
  /** As `--progress` gives it. */
  readonly progress: string | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly truncate: boolean;
  readonly input: boolean;
}

/** Nobody reads the result any more, as with `| head`: no error, but nothing is left to do. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export function createOutput(request: OutputRequest): Output {
  const {
    stdout,
    stderr,
    stdin,
    env,
    json,
    progress,
    quiet,
    verbose,
    color: wanted,
    truncate,
    input,
  } = request;
  const isForLines = progress === 'json';
  const isSilent = quiet || isForLines || isSet(env.CAIRN_SILENT);
  const isTerminal = stdout.isTTY === true;
  const canRedraw = stderr.isTTY === true && env.TERM !== 'dumb' && !isSet(env.CI);
  const end = watchEnd(stdout);
  // Nobody hears the talk: there is nobody to tell that to, either.
  stderr.on('error', () => undefined);
  const complain = (line: string) => void stderr.write(`${line}\n`);
  return {
    format: json === undefined ? 'text' : 'json',
    fields: json === undefined || json === '' ? undefined : json.split(',').map((field) => field.trim()),
    isQuiet: quiet,
    isVerbose: verbose,
    isForLines,
    isTerminal,
    canRedraw,
    isInteractive: canRedraw && input && stdin.isTTY === true,
    width: isTerminal && truncate ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    colors: colorsOf({ wanted, isTerminal, env }),
    talkColors: colorsOf({ wanted, isTerminal: stderr.isTTY === true, env }),
    write: (data) => end.write(data),
    talk: (line) => (isSilent ? undefined : complain(line)),
    complain,
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

/** Writes with regard to how fast the reader is, and notices when it goes away. */
function watchEnd(stream: Writable): { write(data: string | Uint8Array): Promise<void> } {
  let failure: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code === 'EPIPE' ? new OutputClosed() : error;
  });
  return {
    async write(data) {
      if (failure === undefined) {
        await new Promise<void>((resolve) => stream.write(data, () => resolve()));
      }
      if (failure !== undefined) throw failure;
    },
  };
}
