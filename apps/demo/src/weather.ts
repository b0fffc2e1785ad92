import { csvFormat, csvParse, type DSVRowArray } from 'd3-dsv';

/** One day in Seattle, as the table has it. */
export type Day = Record<'date' | 'precipitation' | 'temp_max' | 'temp_min' | 'wind' | 'weather', string>;

/** What the model tells apart, in the order of its labels. */
const classes: readonly string[] = ['drizzle', 'fog', 'rain', 'snow', 'sun'];

export function parseDays(csv: string): Day[] {
  const rows: DSVRowArray = csvParse(csv);
  return rows.map((row) => row as Day);
}

export function formatDays(days: readonly Day[]): string {
  return `${csvFormat(days)}\n`;
}

/** What the model sees of a day: rain, warmth, wind, and the month. */
export function features(day: Day): number[] {
  return [day.precipitation, day.temp_max, day.temp_min, day.wind, day.date.slice(5, 7)].map(Number);
}

export function label(day: Day): number {
  return classes.indexOf(day.weather);
}

/** How many days there are of each kind of weather. */
export function countClasses(days: readonly Day[]): Record<string, number> {
  return Object.fromEntries(classes.map((name) => [name, days.filter((day) => day.weather === name).length]));
}

/** The share of days whose weather was told right. */
export function accuracy(predicted: readonly number[], days: readonly Day[]): number {
  const right = predicted.filter((guess, i) => guess === label(days[i] as Day)).length;
  return Math.round((right / days.length) * 10_000) / 10_000;
}
