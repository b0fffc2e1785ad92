import type * as v from 'valibot';
import type { Answer, AnswerShape } from '../route.js';

export function ok(json: unknown): Answer {
  return { status: 200, json };
}

export function created(json: unknown): Answer {
  return { status: 201, json };
}

export const done: Answer = { status: 204 };

/** What the API's description says of an answer in JSON. */
export function gives(
  schema: v.GenericSchema<unknown, unknown>,
  description: string,
  status = 200,
): AnswerShape {
  return { status, description, schema };
}

export const givesNothing: AnswerShape = { status: 204, description: 'Done.' };
