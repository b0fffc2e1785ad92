import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

export interface ColorRequest {
  /** `false` for `--no-color`. */
  readonly wanted: boolean;
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether a stream is coloured: `NO_COLOR` and `CLICOLOR_FORCE` decide, else whether it is a terminal that can. */
export function hasColors({ wanted, isTerminal, env }: ColorRequest): boolean {
  const { NO_COLOR: no = '', CLICOLOR_FORCE: force = '', TERM: term } = env;
  if (!wanted || no !== '') return false;
  if (force !== '' && force !== '0') return true;
  return isTerminal && term !== 'dumb';
}

export function colorsOf(request: ColorRequest): Colors {
  return pc.createColors(hasColors(request));
}
