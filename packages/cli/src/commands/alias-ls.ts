import type { Invocation } from '../invocation.js';
import { findTarget } from '../look/find-target.js';
import { type ListRequest, printList } from '../output/print-list.js';

interface Alias {
  readonly name: string;
  readonly alias: string;
  readonly version: string;
}

const aliasList: ListRequest<Alias> = {
  columns: [
    { heading: 'NAME', shrinks: true, text: ({ name }) => name, color: ({ cyan }) => cyan },
    { heading: 'ALIAS', shrinks: true, text: ({ alias }) => alias, color: ({ green }) => green },
    { heading: 'VERSION', text: ({ version }) => version },
  ],
  id: ({ name, alias }) => `${name}:${alias}`,
  json: (alias) => alias,
  empty: 'there are no aliases yet; give one with: cairn alias set NAME:v0 best',
};

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, signal } = invocation;
  const api = await invocation.api();
  const [what] = args;
  const { name: only, ...scope } = what === undefined ? {} : await findTarget(api, what, signal);
  const aliases: Alias[] = [];
  for await (const { name, aliases: own } of api.collections({ ...scope, signal })) {
    if (only !== undefined && name !== only) continue;
    for (const { alias, version } of own) aliases.push({ name, alias, version: `v${version}` });
  }
  await printList(output, aliases, aliasList);
}
