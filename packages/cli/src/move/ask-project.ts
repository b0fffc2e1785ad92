import { checkName } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import type { NamedPlace } from './collection-name.js';

/** Where the sdk puts what says nothing about its project. */
const usual = 'default';

/**
 * The project to log into, where neither the name nor a setting says it: a person is asked, a script has to say it. Else what
 * was meant for one project would be found in another, and versions don't move.
 *
 * @throws UsageError when nobody can be asked.
 */
export async function askProject(
  { output, confirms, signal }: Invocation,
  { name, place }: NamedPlace,
): Promise<NamedPlace> {
  if (place.project !== undefined) return { name, place };
  if (confirms) return { name, place: { ...place, project: usual } };
  if (!output.isInteractive) {
    throw new UsageError(
      'nothing says which project this belongs to',
      `Add -p PROJECT, or set it for this folder: cairn config set project PROJECT --in-project`,
    );
  }
  const prompts = await import('@clack/prompts');
  const answer = await prompts.text({
    message: `Which project does ${name} belong to?`,
    placeholder: usual,
    defaultValue: usual,
    validate: (text = '') => (text === '' ? undefined : complaint(text)),
    output: process.stderr,
    signal,
  });
  signal.throwIfAborted();
  if (prompts.isCancel(answer)) throw new UsageError('no project was named', 'Name it with -p.');
  return { name, place: { ...place, project: checkName(answer, 'project') } };
}

function complaint(text: string): string | undefined {
  try {
    checkName(text, 'project');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
