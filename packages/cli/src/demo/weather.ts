/** One day of weather somewhere rainy, and what kind of day it was. */
export interface Day {
  readonly date: string;
  readonly rain: number;
  readonly warmest: number;
  readonly coldest: number;
  readonly wind: number;
  readonly kind: Kind;
}

export type Kind = 'sun' | 'rain' | 'fog' | 'snow';

const dayMs = 86_400_000;

/** Made-up days from 2012 on: the same every time, so that the same contents come of them. */
export function makeDays(count: number): Day[] {
  const random = seeded(42);
  return Array.from({ length: count }, (_, at) => {
    const date = new Date(Date.UTC(2012, 0, 1) + at * dayMs);
    const summer = 0.5 - 0.5 * Math.cos(((at % 365) / 365) * 2 * Math.PI);
    const warmest = round(4 + 22 * summer + 8 * (random() - 0.5));
    const coldest = round(warmest - 3 - 7 * random());
    const isWet = random() < 0.62 - 0.5 * summer;
    const rain = isWet ? round(-7 * Math.log(1 - random())) : 0;
    const wind = round(1 + 6 * random() * random() + (isWet ? 1.5 : 0));
    const day = { date: date.toISOString().slice(0, 10), rain, warmest, coldest, wind };
    return { ...day, kind: kindOf(day, random()) };
  });
}

/** Mostly what the numbers say; now and then not, as in life. */
function kindOf({ rain, coldest, wind, warmest }: Omit<Day, 'kind'>, chance: number): Kind {
  if (rain > 0.4) return coldest < -1 && chance < 0.8 ? 'snow' : 'rain';
  if (wind < 2 && warmest < 14 && chance < 0.5) return 'fog';
  return chance < 0.93 ? 'sun' : 'fog';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The generator of Lehmer: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export function toCsv(days: readonly Day[]): string {
  const lines = days.map((day) =>
    [day.date, day.rain, day.warmest, day.coldest, day.wind, day.kind].join(','),
  );
  return `date,rain,warmest,coldest,wind,kind\n${lines.join('\n')}\n`;
}

export function fromCsv(csv: string): Day[] {
  const lines = csv.trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const [date = '', rain, warmest, coldest, wind, kind] = line.split(',');
    return {
      ...{ date, rain: Number(rain), warmest: Number(warmest), coldest: Number(coldest), wind: Number(wind) },
      kind: kind as Kind,
    };
  });
}
