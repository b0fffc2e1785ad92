/**
 * Whether to run the tests that try many cases at their full size, which takes hours, and not with a sample:
 * `CAIRN_TEST_FULL=1`, or `npm run faults -- --long`.
 */
export const isFull: boolean = process.env.CAIRN_TEST_FULL === '1';

/** Some of many cases, spread evenly; in a full run all of them, or at least more. */
export function sample<T>(
  cases: readonly T[],
  count: number,
  fullCount: number = Number.POSITIVE_INFINITY,
): T[] {
  const wanted = isFull ? fullCount : count;
  if (cases.length <= wanted) return [...cases];
  return Array.from({ length: wanted }, (_, i) => cases[Math.floor((i * cases.length) / wanted)] as T);
}
