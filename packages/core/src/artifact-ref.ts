import { type ContentDigest, isContentDigest } from './digest.js';
import { CairnError } from './errors.js';
import { checkAlias, checkName } from './name.js';
import { quote } from './printable.js';
import type { CollectionRef, VersionSelector } from './seams/catalog.js';

/** A version as it is addressed. */
export interface ArtifactRef {
  readonly collection: CollectionRef;
  readonly selector: VersionSelector;
}

/**
 * Reads `[[entity/]project/]name[:vN | :alias | @digest]`. Without a suffix it means `latest`.
 *
 * @param defaults The entity and project to use where the text names none.
 * @throws CairnError `name_invalid` or `alias_invalid`, naming the part that is wrong.
 */
export function parseArtifactRef(text: string, defaults: { entity: string; project: string }): ArtifactRef {
  if (typeof text !== 'string') throw malformed(String(text));
  const at = text.indexOf('@');
  const colon = at === -1 ? text.indexOf(':') : -1;
  const end = at !== -1 ? at : colon !== -1 ? colon : text.length;
  const parts = text.slice(0, end).split('/');
  const name = parts.pop();
  const project = parts.pop() ?? defaults.project;
  const entity = parts.pop() ?? defaults.entity;
  if (name === undefined || parts.length > 0) throw malformed(text);
  const collection = {
    entity: checkName(entity, 'entity'),
    project: checkName(project, 'project'),
    name: checkName(name),
  };
  return { collection, selector: parseSelector(text, text.slice(end)) };
}

function parseSelector(text: string, suffix: string): VersionSelector {
  if (suffix === '') return { alias: 'latest' };
  const value = suffix.slice(1);
  if (suffix.startsWith('@')) {
    if (isContentDigest(value)) return { digest: value as ContentDigest };
    throw malformed(text);
  }
  const version = /^v(0|[1-9][0-9]{0,8})$/.exec(value)?.[1];
  return version === undefined ? { alias: checkAlias(value) } : { version: Number(version) };
}

/** Writes a reference to a version in full, as {@link parseArtifactRef} reads it. */
export function formatArtifactRef({ collection, selector }: ArtifactRef): string {
  const { entity, project, name } = collection;
  const base = `${entity}/${project}/${name}`;
  if ('digest' in selector) return `${base}@${selector.digest}`;
  return 'version' in selector ? `${base}:v${selector.version}` : `${base}:${selector.alias}`;
}

function malformed(text: string): CairnError {
  return new CairnError('name_invalid', `${quote(text)} doesn't name a version of an artifact`, {
    hint: 'Write [[entity/]project/]name, then :v3, :best or @blake3:…, or nothing for the latest.',
  });
}
