const blocks = '▁▂▃▄▅▆▇█';

/** Numbers as a line of blocks, the least lowest; a space where there is none. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const range = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - least;
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      const height = range === 0 ? 0.5 : (value - least) / range;
      return blocks[Math.min(blocks.length - 1, Math.floor(height * blocks.length))];
    })
    .join('');
}
