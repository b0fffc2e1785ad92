import { type BadInput, badInputs, expandInput, type InputPlace } from '@cairn/conformance';
import { type CommitBody, statusOf } from '@cairn/remote/protocol';
import { describe, expect, test } from 'vitest';
import { exchanged, storeReference } from './forged.js';
import { api, openLab, storeArtifact } from './lab.js';

/* What must not get in by any door, at the door that a client has which checks nothing itself. */

const lab = await openLab();
const project = { entity: 'acme', project: 'bikes' };
const base = `${api}/projects/acme/bikes`;
const key = await lab.keyFor('bob', [{ ...project, role: 'write' }]);

interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

function commit(body: CommitBody, at = base) {
  return lab.ask(`${at}/versions`, { method: 'POST', key: lab.root, json: body });
}

async function versionCount(): Promise<number> {
  const { items } = await lab.json<{ items: unknown[] }>(`${api}/versions`, { key: lab.root });
  return items.length;
}

let count = 0;
const artifact = () => storeArtifact(lab.store, project, 'photos', { 'a.txt': `content ${count++}` });

/** How a value of each place is sent. */
const doors: Partial<Record<InputPlace, (value: unknown) => Promise<Response>>> = {
  name: async (name) => commit({ ...(await artifact()), name } as CommitBody),
  type: async (type) => commit({ ...(await artifact()), type } as CommitBody),
  project: async (name) =>
    commit(await artifact(), `${api}/projects/acme/${encodeURIComponent(String(name))}`),
  entity: async (name) =>
    commit(await artifact(), `${api}/projects/${encodeURIComponent(String(name))}/bikes`),
  alias: async (alias) => commit({ ...(await artifact()), aliases: [alias] } as CommitBody),
  aliases: async (aliases) => commit({ ...(await artifact()), aliases } as CommitBody),
  description: async (description) => commit({ ...(await artifact()), description } as CommitBody),
  async metadata(value) {
    // As text: what no JSON can say is not sent at all.
    const metadata = typeof value === 'string' ? value : nested(value);
    const body = JSON.stringify({ ...(await artifact()), metadata: 0 }).replace(
      '"metadata":0',
      `"metadata":${metadata}`,
    );
    return lab.ask(`${base}/versions`, { method: 'POST', key: lab.root, text: body });
  },
  commit: (path) => commitForged(String(path)),
};

/** `JSON.stringify` would need as much stack as the value is deep. */
function nested(value: unknown): string {
  let depth = 0;
  for (let inner = value; typeof inner === 'object' && inner !== null; inner = Object.values(inner)[0])
    depth++;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{"a":', '}'];
  return `{"value":${open.repeat(depth)}${Array.isArray(value) ? '' : '1'}${close.repeat(depth)}}`;
}

/** Commits a manifest in which a path was exchanged after it was written. */
async function commitForged(path: string): Promise<Response> {
  const body = await storeArtifact(lab.store, project, 'photos', { PLACE: `forged ${count++}` });
  return commit(await exchanged(lab.store, project, body, '"PLACE"', JSON.stringify(path)));
}

/** The same for the URI of a reference. */
const commitReference = async (uri: string) => commit(await storeReference(lab.store, project, uri));

/** What a single value can't show, or no JSON can say. */
const elsewhere = new Set(['path-25', 'path-31', 'ok-17', 'meta-01', 'meta-10']);

describe.each(Object.entries(doors))('%s', (place, send) => {
  const inputs = badInputs(place as InputPlace).filter(({ id }) => !elsewhere.has(id));

  test.each(inputs)('$outcome $id: $check', async ({ input, outcome, code }: BadInput) => {
    for (const value of expandInput(input)) {
      const before = await versionCount();
      const answer = await send(value);
      const text = await answer.text();
      if (outcome !== 'reject') {
        expect(answer.status, text.slice(0, 500)).toBe(201);
        continue;
      }
      const { error } = JSON.parse(text) as Failure;
      expect([code, 'manifest_invalid', 'integrity_mismatch', 'unsupported_format'], text).toContain(
        error.code,
      );
      expect(answer.status).toBe(statusOf(error.code as never));
      expect(await versionCount()).toBe(before);
    }
  });
});

test('meta-01: what is no JSON is refused, and never stored as null', async () => {
  const body = JSON.stringify({ ...(await artifact()), metadata: 0 });
  for (const value of ['NaN', 'Infinity', '{a: 1}', '{"a":1e999}', '{"a":"\\ud800"}']) {
    const text = body.replace('"metadata":0', `"metadata":{"value":${value}}`);
    const answer = await lab.ask(`${base}/versions`, { method: 'POST', key, text });
    expect(answer.status, value).toBeGreaterThanOrEqual(400);
    expect(answer.status, value).toBeLessThan(500);
  }
});

test('meta-05: keys that would change a prototype come back as they were', async () => {
  const metadata = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const body = JSON.stringify({ ...(await artifact()), metadata: 0 });
  const text = body.replace('"metadata":0', `"metadata":${metadata}`);
  const answer = await lab.ask(`${base}/versions`, { method: 'POST', key: lab.root, text });
  expect(await answer.text()).toContain(`"metadata":${metadata}`);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('dos: JSON that nests too deep is refused, also where nobody would look', async () => {
  const inner = (depth: number) => `{"token":"x","user":"x","more":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const statuses = [];
  for (const depth of [71, 72]) {
    statuses.push((await lab.ask(`${api}/setup`, { method: 'POST', text: inner(depth) })).status);
  }
  expect(statuses).toEqual([401, 422]);
});

test.each([
  ['a string without an end, and an escape for each quote', `{"metadata":"${'\\"'.repeat(500_000)}`],
  ['a string that a line break breaks', `{"metadata":"${'\\"'.repeat(500_000)}\\\n"}`],
  ['objects in each other', '{"a":'.repeat(300_000)],
  ['arrays in each other', '['.repeat(1_000_000)],
  ['closing what was never opened', ']'.repeat(1_000_000)],
  ['no JSON at all', 'hello'],
  ['nothing', ''],
  ['bytes that are no UTF-8', '\ud800'],
])('dos: JSON that costs more than its length is refused: %s', async (_, text) => {
  const answer = await lab.ask(`${api}/lineage`, { method: 'POST', key, text });
  expect([400, 422]).toContain(answer.status);
});

test.each([
  'https://user:secret@example.com/x',
  'https://example.com/\u0000',
  `https://h/${'x'.repeat(9000)}`,
])('uri-11: a reference to %s is refused, and nothing secret is told', async (uri) => {
  const answer = await commitReference(uri);
  expect(answer.status).toBe(422);
  expect(await answer.text()).not.toContain('secret');
});

test('a manifest is what is said of it', async () => {
  const body = await artifact();
  for (const lie of [{ entryCount: 2 }, { size: 1 }, { digest: body.manifest }]) {
    const answer = await commit({ ...body, ...lie });
    expect(answer.status, JSON.stringify(lie)).toBe(422);
  }
  expect((await commit(body)).status).toBe(201);
});
