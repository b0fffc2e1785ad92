import { UsageError } from './failure/usage-error.js';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time such as `90s`, `10m` or `7d`, in milliseconds. @throws UsageError. */
export function parseDuration(text: string, flag: string): number {
  const [, count, unit = ''] = /^([0-9]{1,9}(?:\.[0-9]+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new UsageError(
    `--${flag} takes a length of time, not "${text}"`,
    'Write for example 30s, 10m, 2h or 7d.',
  );
}
