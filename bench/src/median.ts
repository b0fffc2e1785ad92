import type { Sample } from './bench.js';

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that `part` of all values do not exceed; between the two middle ones for a median. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** The median of each figure, taken one by one. */
export function medianSample(samples: readonly Sample[]): Sample {
  const names = Object.keys(samples[0]?.metrics ?? {});
  return {
    wallMs: median(samples.map(({ wallMs }) => wallMs)),
    cpuMs: median(samples.map(({ cpuMs }) => cpuMs)),
    peakMB: median(samples.map(({ peakMB }) => peakMB)),
    metrics: Object.fromEntries(
      names.map((name) => [name, median(samples.map(({ metrics }) => metrics[name] ?? Number.NaN))]),
    ),
  };
}
