import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type CommitRequest,
  checkCommit,
  checkMetadata,
  type Entry,
  type ErrorCode,
  parseMetadata,
} from '../src/index.js';
import { encodeEntry } from '../src/manifest/leaf.js';
import { createBlobs } from './blobs.js';
import { failure } from './failure.js';
import { collect, decodeLeaf, file, files, manifestOf } from './manifests.js';

type Input = string | readonly string[] | Described;

/** A value that JSON can't hold, or not briefly. */
interface Described {
  readonly kind: string;
  readonly unit?: string;
  readonly times?: number;
  readonly depth?: number;
  readonly expr?: string;
  readonly text?: string;
  readonly value?: string;
  readonly paths?: readonly string[];
  readonly count?: number;
}

interface Case {
  readonly id: string;
  readonly at: readonly string[];
  readonly input: Input;
  readonly outcome: 'reject' | 'contain' | 'accept';
  readonly code?: ErrorCode;
  readonly check: string;
}

const corpus = new URL('../../conformance/vectors/bad-inputs.json', import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(corpus, 'utf8'));

/** The layers that core has: each takes a value, and gives back what became of it. */
const layers: Record<string, (value: never) => unknown> = {
  commit: async (paths: string | Entry[]) => {
    const entries = typeof paths === 'string' ? [file(paths)] : paths;
    const manifest = await manifestOf(createBlobs(), entries);
    return collect(manifest.entries());
  },
  name: (name: string) => checkCommit({ ...commit, name }).name,
  type: (type: string) => checkCommit({ ...commit, type }).type,
  project: (project: string) => checkCommit({ ...commit, project }).project,
  entity: (entity: string) => checkCommit({ ...commit, entity }).entity,
  alias: (alias: string) => checkCommit({ ...commit, aliases: [alias] }).aliases,
  aliases: (aliases: string[]) => checkCommit({ ...commit, aliases }).aliases,
  description: (description: string) => checkCommit({ ...commit, description }).description,
  metadata: (metadata: unknown) =>
    (typeof metadata === 'string' ? parseMetadata : checkMetadata)(metadata as never),
};

const { digest } = file('x');
const commit: CommitRequest = {
  entity: 'local',
  project: 'default',
  name: 'bikes',
  type: 'dataset',
  digest,
  manifest: digest,
  entryCount: 0,
  size: 0,
  metadata: {},
  aliases: [],
  tags: [],
};

function toValue(input: Input): unknown {
  if (typeof input === 'string' || !('kind' in input)) return input;
  const { kind, unit = '', times = 0, depth = 0, expr = '', text, value = '', paths, count = 0 } = input;
  switch (kind) {
    case 'repeat':
      return unit.repeat(times);
    case 'repeat-list':
      return Array.from({ length: times }, (_, i) => `name-${i}`);
    case 'nest':
      return JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    case 'js':
      return new Function(`return (${expr})`)();
    case 'jsonText':
      return text;
    case 'urlpath':
      return decodeURIComponent(value);
    case 'entries':
      return paths === undefined ? files(count) : paths.map((path, i) => file(path, i));
    default:
      throw new TypeError(`a case of the unknown kind ${kind}`);
  }
}

for (const [at, layer] of Object.entries(layers)) {
  const here = cases.filter((bad) => bad.at.includes(at));

  describe(`as ${at}`, () => {
    test('there are cases', () => expect(here.length).toBeGreaterThan(0));

    test.each(here)('$id: $outcome, $check', async ({ input, outcome, code }) => {
      const value = toValue(input);
      const result = (async () => layer(value as never))();
      if (outcome === 'reject') await expect(result).rejects.toThrow(failure(code as ErrorCode));
      else await expect(result).resolves.toSatisfy((taken) => isSame(at, value, taken));
    });
  });
}

/** Whether what was taken is what was given. */
function isSame(at: string, given: unknown, taken: unknown): boolean {
  if (at === 'commit') {
    const entries = typeof given === 'string' ? [file(given)] : (given as Entry[]);
    return JSON.stringify(taken) === JSON.stringify(entries);
  }
  if (at === 'metadata') {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    return JSON.stringify(taken) === JSON.stringify(JSON.parse(text));
  }
  return taken === given;
}

describe('a manifest that something else wrote', () => {
  const bad = cases.filter(({ at, outcome, input }) => {
    return at.includes('commit') && outcome === 'reject' && typeof toValue(input) === 'string';
  });

  test.each(bad)('is refused for $id: $check', ({ input, code }) => {
    const leaf = new TextEncoder().encode(encodeEntry(file(toValue(input) as string)));
    expect(() => decodeLeaf(leaf)).toThrow(failure(code as ErrorCode));
  });
});
