import { errorAnswer } from '@cairn/remote/protocol';
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { AnswerShape, AnyRoute } from './route.js';
import type { Rule } from './rule.js';
import { version } from './version.js';

type Json = Readonly<Record<string, unknown>>;
type Schema = v.GenericSchema<unknown, unknown>;

/**
 * The description of the API, as OpenAPI 3.1 has it: made of the very schemas that requests are checked by.
 *
 * @param table All routes, with their whole paths.
 */
export function describeApi(table: readonly AnyRoute[], basePath: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of table) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Cairn', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: cairn_…' } },
      schemas: { Error: toSchema(errorAnswer, 'output') },
    },
  };
}

function describeRoute({ name, summary, rule, path, params, body, bodyType, answers }: AnyRoute): Json {
  return {
    operationId: name,
    summary,
    description: describeRule(rule),
    security: rule.kind === 'public' ? [] : [{ key: [] }],
    parameters: [...partsOf(path), ...(params === undefined ? [] : queryOf(params))],
    ...(body === undefined && bodyType === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf(body, bodyType, 'input') } }),
    responses: {
      ...Object.fromEntries(answers.map((answer) => [String(answer.status), describeAnswer(answer)])),
      default: { description: 'What went wrong.', content: errorContent },
    },
  };
}

const errorContent: Json = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };

function describeRule(rule: Rule): string {
  switch (rule.kind) {
    case 'public':
      return 'For everybody.';
    case 'key':
      return 'For any key; shows no more than what the key opens.';
    case 'admin':
      return 'For server admins.';
    case 'entity':
      return `For who has the role ${rule.role} in the entity.`;
    case 'project':
      return `For who has the role ${rule.role} in the project${rule.of === 'path' ? '' : ` of the ${rule.of}`}.`;
  }
}

function partsOf(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

/** A query string that may be one of several shapes has all their members, none of which is required. */
function queryOf(params: Schema): Json[] {
  const schema = toSchema(params, 'input') as ObjectSchema;
  const shapes = schema.anyOf ?? [schema];
  return shapes.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, of]) => ({
      name,
      in: 'query',
      required: shapes.length === 1 && required.includes(name),
      schema: of,
    })),
  );
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly ObjectSchema[];
}

function describeAnswer({ description, schema, type }: AnswerShape): Json {
  const isEmpty = schema === undefined && type === undefined;
  return { description, ...(isEmpty ? {} : { content: contentOf(schema, type, 'output') }) };
}

function contentOf(schema: Schema | undefined, type: string | undefined, mode: 'input' | 'output'): Json {
  if (schema !== undefined) return { 'application/json': { schema: toSchema(schema, mode) } };
  return { [type as string]: {} };
}

function toSchema(schema: Schema, typeMode: 'input' | 'output'): unknown {
  // What JSON Schema can't say, such as a check by a function, it leaves open.
  const { $schema, ...rest } = toJsonSchema(schema, {
    errorMode: 'ignore',
    typeMode,
    target: 'draft-2020-12',
  });
  return rest;
}
