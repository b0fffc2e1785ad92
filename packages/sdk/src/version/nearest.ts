import { quote } from '@cairn/core';
import { distance } from 'fastest-levenshtein';

/** The names a person may have meant, the most likely first; none if all are far off. */
export function nearest(name: string, among: Iterable<string>, count = 3): string[] {
  const wanted = name.toLowerCase();
  // A third of the letters wrong is a typo; more is another word.
  const limit = Math.max(2, Math.floor(name.length / 3));
  return [...among]
    .map((candidate) => ({ candidate, far: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= limit || candidate.toLowerCase().includes(wanted))
    .sort((a, b) => a.far - b.far)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** `"a", "b" or "c"`. */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map(quote);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
