import { toFailure } from '../failure/failure.js';

/** One thing that was looked at. */
export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly fix?: string | undefined;
}

/** What is not as it should be, and how to mend it, each in one line. */
export interface Wrong {
  readonly found: string;
  readonly fix: string;
}

/** Looks at one thing: how it is, or what is wrong with it. What is thrown is wrong, too. */
export async function look(check: string, work: () => Promise<string | Wrong>): Promise<Check> {
  try {
    const seen = await work();
    return typeof seen === 'string' ? { check, ok: true, found: seen } : { check, ok: false, ...seen };
  } catch (error) {
    const { message, hint } = toFailure(error);
    return { check, ok: false, found: message, fix: hint };
  }
}
