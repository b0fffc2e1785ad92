import { commands } from '../commands.js';
import { type Candidate, liveCandidates } from './live-candidates.js';
import { readWords } from './read-words.js';
import { staticCandidates } from './static-candidates.js';

/** After how long a person waits no longer, in milliseconds since the process started; `CAIRN_COMPLETION_TIMEOUT`. */
const patienceMs = 500;

/**
 * A shell puts what is offered into the line as it is, so nothing is offered that it would understand as more than a word:
 * labels and paths may come from other people.
 */
const harmless = /^[\p{L}\p{N}_.,:@%+=/-]+$/u;

/** Prints what could stand at the cursor. Says nothing at all when something is wrong or takes too long. */
export async function complete(argv: readonly string[]): Promise<void> {
  const limit = Number(process.env.CAIRN_COMPLETION_TIMEOUT) || patienceMs;
  setTimeout(() => process.exit(0), Math.max(0, limit - process.uptime() * 1000)).unref();
  try {
    const typed = readWords(argv[0] === '--' ? argv.slice(1) : argv, commands);
    const candidates =
      typed.wants === undefined ? staticCandidates(typed, commands) : await liveCandidates(typed);
    process.stdout.write(
      candidates
        .filter((each) => isOffered(each, typed.current))
        .map(lineOf)
        .join(''),
    );
  } catch {
    // Nobody reads an error in the middle of a line.
  }
}

function isOffered({ value }: Candidate, current: string): boolean {
  return value.startsWith(current) && harmless.test(value);
}

function lineOf({ value, means }: Candidate): string {
  return `${value}\t${means.replace(/[\p{Cc}]/gu, ' ')}\n`;
}
