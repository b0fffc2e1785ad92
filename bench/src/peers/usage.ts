/** What a process and all it waited for used. */
export interface Usage {
  /** User and system time, in seconds. */
  readonly cpuS: number;
  /** From its start until it has ended, in seconds. */
  readonly wallS: number;
  /** The most memory that one of its processes had at once (resident set), in millions of bytes. */
  readonly peakMB: number;
  /** What it wrote to files, as the kernel counts it, in millions of bytes. */
  readonly writtenMB: number;
}

/** For GNU time (`--format`). */
export const usageFormat = 'usage %U %S %e %M %O';

/** Reads what GNU time wrote by {@link usageFormat}; it may have written a remark before. */
export function parseUsage(output: string): Usage {
  const found = /^usage ([\d.]+) ([\d.]+) ([\d.]+) (\d+) (\d+)$/m.exec(output);
  if (found === null) throw new Error(`GNU time wrote ${JSON.stringify(output)}`);
  const [, user, system, wall, kibibytes, blocks] = found.map(Number);
  return {
    cpuS: Math.round(((user ?? 0) + (system ?? 0)) * 100) / 100,
    wallS: wall ?? 0,
    peakMB: ((kibibytes ?? 0) * 1024) / 1e6,
    writtenMB: ((blocks ?? 0) * 512) / 1e6,
  };
}
