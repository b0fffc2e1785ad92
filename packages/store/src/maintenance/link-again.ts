import type { CallOptions } from '@cairn/core';
import { linkVersions } from '../access/link-versions.js';
import type { LinksContext } from '../access/links-context.js';
import { run } from '../sql/step.js';
import { allProjects } from './check-links.js';

/**
 * Makes the links of all projects again of what their versions are made of. What was sent and isn't part of a version yet has to
 * be sent again.
 */
export async function linkAgain(context: LinksContext, options: CallOptions): Promise<void> {
  const { database } = context;
  await database.write(function* () {
    // They say that all of a manifest is there and linked, by an index that was wrong.
    yield* run('DELETE FROM checked_manifests');
    // From here on, who asks for what isn't linked has it linked.
    yield* run('UPDATE projects SET linked_version = 0 WHERE linked_version > 0');
  }, options);
  for (const { project } of await allProjects(database, options)) {
    await linkVersions(context, project, options);
  }
}
