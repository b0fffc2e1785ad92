import { CairnError } from '@cairn/core';
import { UsageError } from './failure/usage-error.js';
import type { Invocation } from './invocation.js';

export interface Question {
  /** What will happen, as a question. */
  readonly ask: string;
  /** What must be typed, where a yes is too easy to give. */
  readonly typed?: string;
  /** Whether `--dry-run` shows it. Default: `true`. */
  readonly isPreviewed?: boolean;
}

/**
 * Asks before something that can't be undone. `--yes` answers for a script.
 *
 * @throws UsageError when nobody can be asked; CairnError `aborted` when the answer is no.
 */
export async function confirm(
  { output, confirms, signal }: Invocation,
  { ask, typed, isPreviewed = true }: Question,
): Promise<void> {
  if (confirms) return;
  if (!output.isInteractive) {
    throw new UsageError(
      'this needs a yes, and there is nobody to ask',
      isPreviewed ? 'Add --yes, or look first with --dry-run.' : 'Add --yes.',
    );
  }
  const prompts = await import('@clack/prompts');
  const common = { message: ask, output: process.stderr, signal };
  const answer =
    typed === undefined
      ? await prompts.confirm({ ...common, initialValue: false })
      : await prompts.text({ ...common, message: `${ask} Type ${typed} to go on.` });
  if (answer === true || (typed !== undefined && answer === typed)) return;
  throw new CairnError('aborted', 'nothing was changed');
}
