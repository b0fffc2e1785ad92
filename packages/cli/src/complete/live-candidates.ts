import { Api, findStore } from '@cairn/sdk';
import { placeOf } from '../create-invocation.js';
import { agoText } from '../output/format.js';
import { readSettings, type Settings } from '../settings/settings.js';
import type { Typed } from './read-words.js';

export interface Candidate {
  readonly value: string;
  readonly means: string;
}

/** More than this nobody reads. */
const most = 200;

/** What a store has at the cursor. Makes no store where there is none. */
export async function liveCandidates(typed: Typed): Promise<Candidate[]> {
  const { flags } = typed;
  const settings = readSettings({
    flags: {
      store: flags.get('--store') ?? flags.get('--host'),
      entity: flags.get('--entity'),
      project: flags.get('--project'),
      profile: flags.get('--profile'),
    },
    env: process.env,
    cwd: process.cwd(),
  });
  if (typed.wants === 'profile') return settings.profiles.map((value) => ({ value, means: 'profile' }));
  const api = openApi(settings);
  if (api === undefined) return [];
  if (typed.wants === 'path') return paths(api, typed.args[0] ?? '', typed.current);
  return typed.current.includes(':') && typed.wants === 'version'
    ? versions(api, typed.current)
    : collections(api, typed.current);
}

function openApi(settings: Settings): Api | undefined {
  const place = placeOf(settings);
  return findStore(place.store, place).exists ? new Api(place) : undefined;
}

/** The part before the name, as it was typed, and the project it names. */
function scopeOf(current: string): { prefix: string; entity?: string; project?: string } {
  const prefix = current.slice(0, current.lastIndexOf('/') + 1);
  const [project, entity] = prefix.split('/').slice(0, -1).reverse();
  return {
    prefix,
    ...(project === undefined ? {} : { project }),
    ...(entity === undefined ? {} : { entity }),
  };
}

async function collections(api: Api, current: string): Promise<Candidate[]> {
  const { prefix, ...scope } = scopeOf(current);
  const found: Candidate[] = [];
  for await (const { name, type, versionCount } of api.collections(scope)) {
    if (!`${prefix}${name}`.startsWith(current)) continue;
    found.push({ value: `${prefix}${name}`, means: `${type}, ${versionCount} versions` });
    if (found.length === most) break;
  }
  return found;
}

async function versions(api: Api, current: string): Promise<Candidate[]> {
  const { prefix, ...scope } = scopeOf(current);
  const name = current.slice(prefix.length, current.indexOf(':'));
  const found: Candidate[] = [];
  for await (const version of api.artifacts({ ...scope, name, limit: most })) {
    const means = agoText(version.createdAt);
    for (const label of [...version.aliases, version.version]) {
      found.push({
        value: `${prefix}${name}:${label}`,
        means: label === version.version ? means : version.version,
      });
    }
  }
  return found;
}

/** The next part of each path, as a shell offers folders. */
async function paths(api: Api, ref: string, current: string): Promise<Candidate[]> {
  const version = await api.artifact(ref);
  const found = new Set<string>();
  for await (const { path } of version.entries({ prefix: current })) {
    const end = path.indexOf('/', current.length);
    found.add(end === -1 ? path : path.slice(0, end + 1));
    if (found.size === most) break;
  }
  return [...found].map((value) => ({ value, means: '' }));
}
