/** The command was called in a way it can't be: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The next step, one sentence. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
