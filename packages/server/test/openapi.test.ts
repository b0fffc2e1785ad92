import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { routeTable } from '../src/routes/table.js';
import { examplesOf, overBucket } from './examples.js';
import { openLab } from './lab.js';

const lab = await openLab({ served: overBucket });
const examples = await examplesOf(lab, { entity: 'acme', project: 'bikes' });
const document = await lab.json<Document>('/api/openapi.json', {});
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ $id: 'api', ...document });

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** A pointer into the description, as a reference of JSON Schema. */
function at(...keys: string[]): string {
  return `api#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
}

describe.each(routeTable('').map((route) => [route.name, route] as const))('%s', (name, route) => {
  const path = route.path.replace(/:(\w+)/g, '{$1}');
  const method = route.method.toLowerCase();
  const operation = document.paths[path]?.[method] as Operation;

  test('is described, and its parts are', () => {
    expect(operation).toMatchObject({ operationId: name, summary: expect.stringMatching(/\.$/) });
    const parts = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(parts.map((part) => `{${part.name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(operation.requestBody === undefined).toBe(
      route.body === undefined && route.bodyType === undefined,
    );
  });

  test('answers what is described', async () => {
    const example = await examples[name]?.('root');
    const { path: asked, status: _, ...ask } = example as NonNullable<typeof example>;
    const answer = await lab.ask(asked, { ...ask, method: route.method, key: lab.root });
    const text = await answer.text();
    const key = operation.responses[answer.status] === undefined ? 'default' : String(answer.status);
    const content = operation.responses[key]?.content ?? {};
    const [type] = (answer.headers.get('content-type') ?? '').split(';');
    if (text === '') expect(content).toEqual({});
    else expect(Object.keys(content)).toContain(type);
    if (type !== 'application/json' || name === 'openapi') return;
    const validate = ajv.getSchema(at('paths', path, method, 'responses', key, 'content', type, 'schema'));
    expect(validate?.(JSON.parse(text)), ajv.errorsText(validate?.errors)).toBe(true);
  });
});

test('what is described is all that there is', () => {
  const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const names = described.map(({ operationId }) => operationId).sort();
  expect(names).toEqual(
    routeTable('')
      .map(({ name }) => name)
      .sort(),
  );
});

test('an answer that lacks something does not fit', () => {
  const path = '/api/v1/me';
  const validate = ajv.getSchema(
    at('paths', path, 'get', 'responses', '200', 'content', 'application/json', 'schema'),
  );
  expect(validate?.({ user: 'root', isAdmin: true })).toBe(false);
});

test('the query of a list is described with its bounds', () => {
  const [q] = document.paths['/api/v1/versions']?.get?.parameters ?? [];
  expect(q).toMatchObject({
    name: 'q',
    schema: { maxLength: 4096, description: expect.stringContaining('100 places') },
  });
});
