import { CairnError, quote } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { printLabels } from '../look/print-labels.js';
import { addressOf } from '../look/version-list.js';

export async function run(invocation: Invocation): Promise<void> {
  const [alias = '', from = '', to = ''] = invocation.args;
  const { signal } = invocation;
  const api = await invocation.api();
  // The target first: its save fails when the alias moves after this.
  const target = await api.artifact(to, { signal });
  const source = await api.artifact(from, { signal });
  if (source.name !== target.name || source.project !== target.project || source.entity !== target.entity) {
    throw new UsageError('an alias belongs to one collection', 'Name two versions of the same one.');
  }
  if (!source.aliases.has(alias)) {
    throw new CairnError('conflict', `${addressOf(source)} has no alias ${quote(alias)} to move`, {
      hint: `See where it is with: cairn alias ls ${invocation.refOf({ entity: source.entity, project: source.project, name: source.name })}`,
    });
  }
  target.aliases.add(alias);
  await target.save({ signal });
  await printLabels(invocation, target);
}
