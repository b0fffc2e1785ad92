/**
 * An implementation that breaks a promise. A suite that lets one through proves less than it seems to; a case that
 * catches none proves nothing.
 */
export interface Mutant<F> {
  /** What it does wrong, completing the sentence "it …". */
  readonly name: string;
  /** Makes a fixture with it. */
  make(): F | Promise<F>;
}
