import { CairnError, quote } from '@cairn/core';
import type { Api } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';

/** What a word in place of a project or a collection means. */
export interface Target {
  readonly entity?: string;
  readonly project?: string;
  /** Of a collection; absent when the project is meant. */
  readonly name?: string;
}

/**
 * Reads `collection`, `project`, `project/collection`, `entity/project` or all three. What could be both is a collection
 * if there is one, else a project.
 *
 * @throws CairnError `not_found` with the nearest names when it is neither.
 */
export async function findTarget(api: Api, text: string, signal: AbortSignal): Promise<Target> {
  const [last = '', middle, first, ...more] = text.split('/').reverse();
  if (more.length > 0) throw new UsageError(`"${text}" has too many parts`, 'Write [[entity/]project/]name.');
  const collection = {
    ...(first === undefined ? {} : { entity: first }),
    ...(middle === undefined ? {} : { project: middle }),
    name: last,
  };
  try {
    await api.artifact(text, { signal });
    return collection;
  } catch (error) {
    if (!CairnError.is(error, 'not_found') || first !== undefined) throw error;
    const project = { ...(middle === undefined ? {} : { entity: middle }), project: last };
    for await (const _ of api.collections({ ...project, limit: 1, signal })) return project;
    if (middle === undefined) throw error;
    for await (const _ of api.collections({ project: middle, limit: 1, signal })) throw error;
    throw new CairnError(
      'not_found',
      `there is no project ${quote(text)}, nor one ${quote(middle)} of yours`,
      {
        hint: 'See what there is with: cairn project list',
      },
    );
  }
}
