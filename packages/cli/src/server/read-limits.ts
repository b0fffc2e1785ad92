import type { Limits } from '@cairn/server';
import { UsageError } from '../failure/usage-error.js';
import type { Options } from '../options.js';

/** The limits that the options of `serve` name; the server has its own for all others. @throws UsageError. */
export function readLimits(options: Options): Partial<Limits> {
  const limits = {
    keyRate: readRate(options, 'key-rate'),
    addressRate: readRate(options, 'address-rate'),
    uploads: options.whole('max-uploads', 1),
    uploadsPerKey: options.whole('max-uploads-per-key', 1),
    entries: options.whole('max-entries', 1),
  };
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

/** Such as `100/500`: so many a second, and so many at once. */
function readRate(options: Options, name: string): Limits['keyRate'] | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const [, perSecond, burst] = /^([0-9]{1,9}(?:\.[0-9]{1,9})?)\/([0-9]{1,9})$/.exec(text) ?? [];
  const rate = { perSecond: Number(perSecond), burst: Number(burst) };
  if (rate.perSecond > 0 && rate.burst >= 1) return rate;
  throw new UsageError(
    `--${name} takes how many requests a second and how many at once, not "${text}"`,
    'Write for example 100/500.',
  );
}
