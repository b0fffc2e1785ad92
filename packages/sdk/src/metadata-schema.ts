import { CairnError, quote } from '@cairn/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { MetadataSchema } from './metadata-types.js';

/**
 * What a schema makes of metadata.
 *
 * @param of What it belongs to, for the message.
 * @throws CairnError `metadata_invalid`, listing what is wrong by key path.
 */
export async function validate(schema: MetadataSchema, metadata: unknown, of: string): Promise<object> {
  return accepted(await schema['~standard'].validate(metadata), of);
}

/** Like {@link validate}, at once. Says nothing where the schema needs time: then `validate` will. */
export function validateNow(schema: MetadataSchema, metadata: unknown, of: string): void {
  const result = schema['~standard'].validate(metadata);
  if (result instanceof Promise) result.catch(() => undefined);
  else accepted(result, of);
}

function accepted(result: StandardSchemaV1.Result<unknown>, of: string): object {
  if (result.issues !== undefined) {
    const issues = result.issues.map(({ path = [], message }) => {
      const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
      const shown = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
      return `\n  ${quote(`metadata${shown}`)}: ${quote(message)}`;
    });
    throw new CairnError(
      'metadata_invalid',
      `the metadata of ${of} doesn't match its schema:${issues.join('')}`,
      {
        hint: 'Correct the values, or the schema.',
      },
    );
  }
  if (typeof result.value === 'object' && result.value !== null) return result.value;
  throw new CairnError(
    'metadata_invalid',
    `the schema makes ${quote(String(result.value))} of the metadata of ${of}`,
    {
      hint: 'A schema of metadata must give an object.',
    },
  );
}
