/**
 * Why a signed request didn't bring what it is for. Nobody outside hears of it: what doesn't come from the bucket comes through
 * the server.
 */
export class DirectFailure extends Error {
  /**
   * `unreachable`: the bucket can't be reached from here. `refused`: the request is none that it answers, or no longer.
   * `passing`: it may work when it is repeated. `wrong`: what came isn't what was planned.
   */
  readonly kind: 'unreachable' | 'refused' | 'passing' | 'wrong';
  /** For how long not to ask again, in milliseconds. */
  readonly toldMs: number | undefined;

  constructor(
    kind: DirectFailure['kind'],
    { toldMs, cause }: { readonly toldMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(kind, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.toldMs = toldMs;
  }
}
