import type { Store } from '@cairn/core';
import { type Artifact, type LoggedVersion, type Version, withRun } from '../../src/index.js';

/** Logs an artifact in a run of its own. */
export function log<M extends object>(store: Store, artifact: Artifact<M>): Promise<LoggedVersion<M>> {
  return withRun({ store }, (run) => run.logArtifact(artifact));
}

/** The entries of a version: their paths and texts; references as their URIs. */
export async function contents(version: Version<object>): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const entry of version.entries()) {
    texts[entry.path] = entry.ref() ?? (await new Response(entry.open()).text());
  }
  return texts;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
