import { UsageError } from '../failure/usage-error.js';
import type { Options } from '../options.js';

/** Where the store of a team is, if the options name one. @throws UsageError. */
export function teamOf(
  options: Options,
): { readonly bucket: string; readonly database: string | undefined } | undefined {
  const [bucket, database] = [options.text('bucket'), options.text('database')];
  if (bucket !== undefined) return { bucket, database };
  if (database === undefined) return undefined;
  throw new UsageError('a database needs a bucket for the contents', 'Name it with --bucket.');
}
