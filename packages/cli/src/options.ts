import { UsageError } from './failure/usage-error.js';

/** The options a command was given, by their long names without `--`. */
export interface Options {
  has(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  /** @throws UsageError when it is not a whole number of at least `least`. */
  whole(name: string, least?: number): number | undefined;
}

/** @param values By name; an option that was not given is absent. */
export function toOptions(values: ReadonlyMap<string, unknown>): Options {
  const text = (name: string): string | undefined => {
    const value = values.get(name);
    return value === undefined ? undefined : String(value);
  };
  return {
    has: (name) => values.get(name) === true,
    text,
    list: (name) => (values.get(name) as readonly string[] | undefined) ?? [],
    whole(name, least = 0) {
      const given = text(name);
      if (given === undefined) return undefined;
      const value = /^[0-9]{1,15}$/.test(given) ? Number(given) : Number.NaN;
      if (value >= least) return value;
      throw new UsageError(`--${name} takes a whole number of at least ${least}, not "${given}"`);
    },
  };
}
