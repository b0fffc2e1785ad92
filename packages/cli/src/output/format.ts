import prettyBytes from 'pretty-bytes';

/** A size for people, such as `12.1 MiB`. */
export function bytesText(bytes: number): string {
  return prettyBytes(bytes, { binary: true, locale: 'en' });
}

/** A count for people, such as `1,004`. */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** `1 file`, `1,004 files`. */
export function countOf(count: number, one: string, many: string = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

const units: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [365 * 86_400, 'year'],
  [30 * 86_400, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

/** How long ago a time is, such as `3 hours ago`. */
export function agoText(time: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  const [length, unit] = units.find(([length]) => seconds >= length) ?? [];
  if (length === undefined || unit === undefined) return 'just now';
  return new Intl.RelativeTimeFormat('en').format(-Math.floor(seconds / length), unit);
}

/** How long something takes, such as `2 h 5 min`, `8 s` or `<1 s`. */
export function durationText(seconds: number): string {
  if (seconds < 1) return '<1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
