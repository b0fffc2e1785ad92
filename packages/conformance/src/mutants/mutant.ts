/**
 * An implementation that breaks a promise. A suite that lets one through proves less than it seems to; a case that
 * catches none proves nothing.
 */
export interface Mutant<F> {
  /** What it does wrong. */
  readonly name: string;
  /** Makes it of a fixture that keeps every promise. */
  of(honest: F): F;
}

/** Changes what a value is, member by member. */
export type Change<T> = (honest: T) => Partial<T>;
