import { CairnError, parseArtifactRef, quote } from '@cairn/core';
import type { Version } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';

/** Where names lead that don't say it; as in the sdk. */
export function scopeOf({ workspace }: Invocation): { entity: string; project: string } {
  const { entity = 'local', project = 'default' } = workspace();
  return { entity, project };
}

/**
 * A deleted version that can be restored, by its number or digest; one that is not deleted is itself.
 *
 * @throws CairnError `not_found`; UsageError for a name that leaves open which version is meant.
 */
export async function findDeleted(invocation: Invocation, ref: string): Promise<Version> {
  const { signal } = invocation;
  const { collection, selector } = parseArtifactRef(ref, scopeOf(invocation));
  if ('alias' in selector) {
    throw new UsageError(
      `${quote(ref)} leaves open which version to restore`,
      `A deleted version has no aliases. See what there is with: cairn log ${invocation.refOf(collection)} --deleted`,
    );
  }
  const api = await invocation.api();
  for await (const version of api.artifacts({ ...collection, deleted: true, signal })) {
    const isMeant =
      'version' in selector ? version.version === `v${selector.version}` : version.digest === selector.digest;
    if (isMeant) return version;
  }
  try {
    return await api.artifact(ref, { signal });
  } catch (error) {
    if (!CairnError.is(error, 'not_found')) throw error;
    throw new CairnError('not_found', `there is no deleted version ${quote(ref)} that could be restored`, {
      hint: `Garbage collection may have removed it. What can be restored is listed by: cairn log ${invocation.refOf(collection)} --deleted`,
    });
  }
}
