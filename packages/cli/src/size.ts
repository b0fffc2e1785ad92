import { UsageError } from './failure/usage-error.js';

const powers = 'KMGT';

/** A size such as `500MB`, `2GiB`, `2g` or `0`, in bytes. With an `i` it is in powers of 1,024. @throws UsageError. */
export function parseSize(text: string): number {
  const [, count, unit = '', binary = ''] = /^([0-9]{1,15}(?:\.[0-9]+)?) ?([KMGT])?(i)?B?$/i.exec(text) ?? [];
  const bytes =
    Number(count) * (binary === '' ? 1000 : 1024) ** (powers.indexOf(unit.toUpperCase() || ' ') + 1);
  if (bytes >= 0) return Math.floor(bytes);
  throw new UsageError(`"${text}" is no size`, 'Write for example 500MB, 2GiB or 0.');
}
