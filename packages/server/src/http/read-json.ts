import { CairnError, concatBytes, findAmbiguity, parseJson } from '@cairn/core';
import { maxJsonBytes, maxJsonDepth } from '@cairn/remote/protocol';
import { malformed } from './http-failure.js';
import { checkShape } from './json-shape.js';
import { readBody, type ServerEnv } from './read-body.js';

/**
 * The JSON of a request's body, as long and as deep as the protocol allows, and such that all parsers agree on it.
 *
 * @throws CairnError `unsupported_format`, `quota_exceeded`; `metadata_invalid` for a key that is there twice and a number
 * that would be rounded.
 */
export async function readJson(request: Request, env: ServerEnv): Promise<unknown> {
  // Browsers send no other type across origins without asking first, which is not answered.
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json *(;|$)/i.test(type)) {
    throw malformed('the body of this request must be JSON', 'Send it with Content-Type: application/json.');
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(request, env, maxJsonBytes)) chunks.push(chunk);
  return parse(decode(concatBytes(chunks)));
}

/** Takes JSON text from outside. */
function parse(text: string): unknown {
  checkShape(text, maxJsonDepth);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw malformed('the body of this request is not JSON');
  }
  const ambiguity = findAmbiguity(text);
  if (ambiguity !== undefined)
    throw new CairnError('metadata_invalid', `the JSON is ambiguous: ${ambiguity}`);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('the body of this request is not UTF-8');
  }
}
