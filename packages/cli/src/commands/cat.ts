import type { Invocation } from '../invocation.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, signal, whenStopped } = invocation;
  const [ref = '', path = ''] = args;
  whenStopped(() => 'what was printed is not all of it');
  const version = await (await invocation.api()).artifact(ref, { signal });
  const entry = await version.getPath(path, { signal });
  for await (const chunk of entry.open({ signal })) await output.write(chunk);
}
