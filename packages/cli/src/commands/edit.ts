import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { type Assignment, assign, parseAssignment } from '../look/assignments.js';
import { metadataPath } from '../look/metadata-path.js';
import { printLabels } from '../look/print-labels.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, signal } = invocation;
  const description = options.text('description');
  const changes: Assignment[] = [
    ...options.list('unset').map((key) => ({ path: metadataPath(key), value: undefined })),
    ...options.list('metadata').map(parseAssignment),
  ];
  const [tags, untags] = [options.list('tag'), options.list('untag')];
  if (description === undefined && changes.length + tags.length + untags.length === 0) {
    throw new UsageError('there is nothing to change', 'Say what with -d, -m, --unset, --tag or --untag.');
  }
  const version = await (await invocation.api()).artifact(args[0] ?? '', { signal });
  if (description !== undefined) version.description = description === '' ? undefined : description;
  if (changes.length > 0) version.metadata = assign(version.metadata, changes);
  for (const tag of untags) version.tags.delete(tag);
  for (const tag of tags) version.tags.add(tag);
  await version.save({ signal });
  await printLabels(invocation, version);
}
