import type { Day, Kind } from './weather.js';

/** Tells the kind of a day by the days that were most like it. */
export interface Model {
  readonly neighbours: number;
  readonly days: readonly Day[];
}

/** The share of days whose kind the model tells right. */
export function accuracy(model: Model, days: readonly Day[]): number {
  const right = days.filter((day) => guess(model, day) === day.kind).length;
  return Math.round((right / days.length) * 10_000) / 10_000;
}

function guess({ neighbours, days }: Model, day: Day): Kind {
  const nearest = days
    .map((known) => ({ kind: known.kind, distance: distance(known, day) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, neighbours);
  const votes = new Map<Kind, number>();
  for (const { kind } of nearest) votes.set(kind, (votes.get(kind) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'sun';
}

function distance(a: Day, b: Day): number {
  return (
    (a.rain - b.rain) ** 2 +
    (a.warmest - b.warmest) ** 2 +
    (a.coldest - b.coldest) ** 2 +
    (a.wind - b.wind) ** 2
  );
}
