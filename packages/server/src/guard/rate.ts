/** How often something may happen: so many times at once, and then so many a second. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateLimiter {
  /** Takes one turn of whom the name stands for. Answers 0, or after how many seconds there is one again. */
  take(name: string): number;
}

/** More names are not remembered: who was quiet for longest is forgotten, which is who has most turns anyway. */
const maxNames = 10_000;

interface Bucket {
  turns: number;
  at: number;
}

/** @param now The clock, in milliseconds. */
export function rateLimiter({ perSecond, burst }: Rate, now: () => number): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(name) {
      const at = now();
      const known = buckets.get(name);
      const bucket = known ?? { turns: burst, at };
      bucket.turns = Math.min(burst, bucket.turns + ((at - bucket.at) / 1000) * perSecond);
      bucket.at = at;
      if (known !== undefined)
        buckets.delete(name); // so that the first in order was quiet for longest
      else if (buckets.size >= maxNames) buckets.delete(buckets.keys().next().value as string);
      buckets.set(name, bucket);
      if (bucket.turns < 1) return (1 - bucket.turns) / perSecond;
      bucket.turns--;
      return 0;
    },
  };
}
