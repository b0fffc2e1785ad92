import { scripts } from '../complete/scripts.js';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';

export async function run({ args, output }: Invocation): Promise<void> {
  const [shell = ''] = args;
  const script = scripts.get(shell);
  if (script !== undefined) return output.write(script);
  throw new UsageError(
    `there is no completion for "${shell}"`,
    `There is one for ${[...scripts.keys()].join(', ')}.`,
  );
}
