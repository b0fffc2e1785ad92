/**
 * Whether to run the tests that try many cases at their full size, which takes half an hour, and not with a sample:
 * `CAIRN_TEST_FULL=1`.
 */
export const isFull: boolean = process.env.CAIRN_TEST_FULL === '1';

/** Some of many cases, spread evenly; all of them in a full run. */
export function sample<T>(cases: readonly T[], count: number): T[] {
  if (isFull || cases.length <= count) return [...cases];
  return Array.from({ length: count }, (_, i) => cases[Math.floor((i * cases.length) / count)] as T);
}
