import type { Catalog, CommitRequest, Condition, ContentDigest, JsonObject, SortKey } from '@cairn/core';
import fc from 'fast-check';

/** A call of a catalog, for any catalog: it is told the ids of the versions committed so far. */
export interface Call {
  readonly shown: string;
  run(catalog: Catalog, ids: readonly string[]): Promise<unknown>;
}

const digestOf = (n: number): ContentDigest => `blake3:${n.toString(16).padStart(64, '0')}`;

const oddKeys = fc.constantFrom(
  'a',
  'b',
  '',
  'a.b',
  '"',
  '\\',
  '$',
  '[0]',
  '\0',
  '__proto__',
  'é',
  '\u{1F600}',
  "'",
  '?',
);
const keys = fc.oneof({ weight: 3, arbitrary: fc.constant('a') }, { weight: 1, arbitrary: oddKeys });
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'a!', 'a b', '"', '\\', '\u0001', '\uffff', '\u{10000}', 'Z', 'ä', '\\u0000'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const scalars = fc.oneof(
  texts,
  fc
    .double({ noDefaultInfinity: true, noNaN: true })
    .filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n)),
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constant(null),
);
const metadata: fc.Arbitrary<JsonObject> = fc.dictionary(
  keys,
  fc.oneof(scalars, fc.dictionary(keys, scalars, { maxKeys: 2 })),
  { maxKeys: 3 },
) as fc.Arbitrary<JsonObject>;

const paths = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(keys) },
  { weight: 1, arbitrary: fc.tuple(keys, keys) },
);

const names = fc.constantFrom('n', 'm', 'o');
const projects = fc.constantFrom('p', 'q');
const aliases = fc.constantFrom('best', 'x', 'ä', 'latest');
const tags = fc.constantFrom('t', 'u v');
const runIds = fc.constantFrom('r1', 'r2', 'r3', 'version');
const directions = fc.constantFrom('input' as const, 'output' as const);
const operators = fc.constantFrom(
  '=' as const,
  '!=' as const,
  '<' as const,
  '<=' as const,
  '>' as const,
  '>=' as const,
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary });

const conditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: fc.constantFrom('alias' as const, 'tag' as const),
    value: fc.oneof(aliases, tags),
    negated: fc.boolean(),
  }),
  fc.record({ field: fc.constantFrom('loggedBy' as const, 'usedBy' as const), runId: runIds }),
  fc.record({
    field: fc.constant('created' as const),
    operator: operators,
    value: fc.integer({ min: 0, max: 40 }).map((n) => new Date(n * 1000).toISOString()),
  }),
  fc.record({
    field: fc.constant('metadata' as const),
    path: paths,
    operator: operators,
    value: scalars,
  }),
);
const sorts: fc.Arbitrary<SortKey> = fc.oneof(
  fc.record({
    field: fc.constantFrom('created' as const, 'version' as const, 'size' as const, 'name' as const),
    descending: fc.boolean(),
  }),
  fc.record({
    field: fc.constant('metadata' as const),
    path: paths,
    descending: fc.boolean(),
  }),
);

const nth = fc.nat({ max: 8 });
const pick = (ids: readonly string[], n: number) => ids[n % Math.max(ids.length, 1)] ?? 'version:999';

async function list<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function call<T>(
  name: string,
  args: fc.Arbitrary<T>,
  run: (catalog: Catalog, args: T, ids: readonly string[]) => Promise<unknown>,
): fc.Arbitrary<Call> {
  return args.map((values) => ({
    shown: `${name}(${JSON.stringify(values)})`,
    run: (catalog, ids) => run(catalog, values, ids),
  }));
}

export const commits: fc.Arbitrary<Call> = call(
  'commit',
  fc.record({
    name: names,
    project: projects,
    type: fc.constantFrom(...Array(9).fill('dataset'), 'model'),
    content: fc.nat({ max: 12 }),
    size: fc.nat({ max: 3 }),
    description: optional(texts),
    metadata,
    aliases: fc.uniqueArray(aliases, { maxLength: 2 }),
    tags: fc.uniqueArray(tags, { maxLength: 2 }),
    edge: optional(fc.record({ runId: runIds, direction: directions })),
  }),
  (catalog, { content, ...rest }) => {
    const request: CommitRequest = {
      entity: 'e',
      ...rest,
      digest: digestOf(content),
      manifest: digestOf(content + 100),
      entryCount: 1,
    };
    return catalog.commitVersion(request);
  },
);

const updates = call(
  'update',
  fc.record({
    nth,
    description: optional(fc.record({ stale: fc.boolean(), to: optional(texts) })),
    metadata: optional(metadata),
    tags: optional(fc.uniqueArray(tags)),
    ttl: optional(fc.record({ to: optional(fc.constantFrom(1, 2.5, 1e9)) })),
    aliases: optional(
      fc.record({
        behind: fc.nat({ max: 2 }),
        add: fc.uniqueArray(aliases),
        remove: fc.uniqueArray(aliases),
      }),
    ),
  }),
  async (catalog, change, ids) => {
    const id = pick(ids, change.nth);
    const seen = (await list(catalog.listVersions({}))).find((version) => version.id === id);
    return catalog.updateVersion(id, {
      ...(change.description && {
        description: {
          from: change.description.stale ? 'something else' : seen?.description,
          to: change.description.to,
        },
      }),
      ...(change.metadata && { metadata: { from: seen?.metadata ?? {}, to: change.metadata } }),
      ...(change.tags && { tags: { from: seen?.tags ?? [], to: change.tags } }),
      ...(change.ttl && { ttl: { from: seen?.ttl, to: change.ttl.to } }),
      ...(change.aliases && {
        aliases: {
          revision: Math.max(0, (seen?.aliasRevision ?? 0) - change.aliases.behind),
          add: change.aliases.add.filter((alias) => !change.aliases?.remove.includes(alias)),
          remove: change.aliases.remove,
        },
      }),
    });
  },
);

const queries = call(
  'listVersions',
  fc.record({
    project: optional(projects),
    name: optional(names),
    type: optional(fc.constantFrom('dataset', 'model')),
    where: fc.oneof(fc.constant([]), fc.array(conditions, { maxLength: 2 })),
    sort: optional(sorts),
    limit: optional(fc.nat({ max: 5 })),
  }),
  (catalog, query) => list(catalog.listVersions(query)),
);

const startRun = (id: fc.Arbitrary<string>) =>
  call(
    'startRun',
    fc.record({ id, project: projects, name: optional(texts), jobType: optional(tags) }),
    (catalog, run) => catalog.startRun({ entity: 'e', config: {}, ...run }),
  );

/** Starts two of the runs that other calls name. */
export const startRuns: fc.Arbitrary<Call[]> = fc.tuple(
  startRun(fc.constant('r1')),
  startRun(fc.constant('r2')),
);

/** Any call, with arguments that often mean the same few things. */
export const calls: fc.Arbitrary<Call> = fc.oneof(
  { weight: 8, arbitrary: commits },
  { weight: 4, arbitrary: updates },
  { weight: 6, arbitrary: queries },
  {
    weight: 2,
    arbitrary: startRun(runIds),
  },
  call('heartbeat', runIds, (catalog, id) => catalog.heartbeat(id)),
  call('finishRun', fc.record({ id: runIds, error: optional(texts) }), (catalog, { id, error }) =>
    catalog.finishRun(id, { state: error === undefined ? 'finished' : 'failed', error }),
  ),
  call('getRun', runIds, (catalog, id) => catalog.getRun(id)),
  call(
    'listRuns',
    fc.record({ project: optional(projects), limit: optional(fc.nat({ max: 2 })) }),
    (catalog, query) => list(catalog.listRuns(query)),
  ),
  call(
    'findVersion',
    fc.record({
      name: names,
      selector: fc.oneof(
        fc.record({ alias: aliases }),
        fc.record({ version: fc.integer({ min: -1, max: 4 }) }),
        fc.nat({ max: 5 }).map((n) => ({ digest: digestOf(n) })),
      ),
    }),
    (catalog, { name, selector }) => catalog.findVersion({ entity: 'e', project: 'p', name }, selector),
  ),
  call(
    'listCollections',
    fc.record({ type: optional(fc.constantFrom('dataset', 'model')) }),
    async (catalog, query) => {
      const collections = await list(catalog.listCollections(query));
      return collections.map((collection) => ({
        ...collection,
        aliases: [...collection.aliases].sort((a, b) => (a.alias < b.alias ? -1 : 1)),
      }));
    },
  ),
  {
    weight: 2,
    arbitrary: call(
      'delete',
      fc.record({ nth, deleteAliases: fc.boolean() }),
      (catalog, { nth, deleteAliases }, ids) => catalog.deleteVersion(pick(ids, nth), { deleteAliases }),
    ),
  },
  call('restore', fc.record({ nth }), (catalog, { nth }, ids) => catalog.restoreVersion(pick(ids, nth))),
  {
    weight: 2,
    arbitrary: call('recordUse', fc.record({ id: runIds, nth }), (catalog, { id, nth }, ids) =>
      catalog.recordUse(id, pick(ids, nth)),
    ),
  },
  call('versionsOfRun', fc.record({ id: runIds, direction: directions }), (catalog, { id, direction }) =>
    list(catalog.versionsOfRun(id, direction)),
  ),
  call('runsOfVersion', fc.record({ nth, direction: directions }), (catalog, { nth, direction }, ids) =>
    list(catalog.runsOfVersion(pick(ids, nth), direction)),
  ),
  call(
    'lineage',
    fc.record({
      start: fc.oneof(fc.record({ runId: runIds }), fc.record({ nth })),
      direction: fc.constantFrom('up' as const, 'down' as const, 'both' as const),
      depth: fc.nat({ max: 4 }),
      maxNodes: fc.integer({ min: 1, max: 6 }),
    }),
    async (catalog, { start, ...rest }, ids) => {
      const from = 'runId' in start ? start : { versionId: pick(ids, start.nth) };
      const graph = await catalog.lineage({ start: from, ...rest });
      return { ...graph, beyond: [...graph.beyond] };
    },
  ),
);
