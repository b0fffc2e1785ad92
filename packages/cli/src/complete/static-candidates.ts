import type { Command } from '../command.js';
import type { Candidate } from './live-candidates.js';
import { flagsOf, optionsOf, type Typed } from './read-words.js';

/** Commands, options and their choices: what the table knows. */
export function staticCandidates(
  { current, path, command, args, option }: Typed,
  table: readonly Command[],
): Candidate[] {
  if (option !== undefined) return (option.choices ?? []).map((value) => ({ value, means: option.summary }));
  if (current.startsWith('-')) {
    return optionsOf(command).flatMap((each) =>
      flagsOf(each).map((value) => ({ value, means: each.summary })),
    );
  }
  if (args.length > 0) return [];
  const words = new Map<string, string>();
  for (const { name, summary } of table) {
    const parts = name.split(' ');
    if (!path.every((word, at) => parts[at] === word)) continue;
    const next = parts[path.length];
    if (next !== undefined && !words.has(next))
      words.set(next, parts.length > path.length + 1 ? '' : summary);
  }
  return [...words].map(([value, means]) => ({ value, means }));
}
