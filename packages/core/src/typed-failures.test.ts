import { describe, expect, test } from 'vitest';
import { CairnError } from './errors.js';
import { codeOfStatus, typedFailures } from './typed-failures.js';

const uri = 'foo://key?token=secret';

async function failureOf(items: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of items);
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

async function* failing(error: unknown): AsyncGenerator<number> {
  yield 1;
  throw error;
}

describe('a failure', () => {
  test('of the client is the cause of a typed one that names the URI without its secrets', async () => {
    const cause = new Error('boom');
    const error = await failureOf(typedFailures(uri, undefined, failing(cause)));
    expect(error).toMatchObject({ name: 'CairnError', code: 'unavailable', cause });
    expect(String(error)).toContain('foo://key');
    expect(String(error)).not.toContain('secret');
  });

  test('has the code that the handler knows for it', async () => {
    const codeOf = (error: unknown) => codeOfStatus((error as { status: number }).status);
    const error = await failureOf(typedFailures(uri, undefined, failing({ status: 403 }), codeOf));
    expect(error).toMatchObject({ code: 'forbidden', isRetryable: false });
  });

  test('that is typed passes', async () => {
    const typed = new CairnError('conflict', 'no');
    expect(await failureOf(typedFailures(uri, undefined, failing(typed)))).toBe(typed);
  });

  test('after an abort is its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    async function* items() {
      yield 1;
      controller.abort(reason);
      throw new Error('the request was aborted');
    }
    expect(await failureOf(typedFailures(uri, controller.signal, items()))).toBe(reason);
  });
});

test('items pass', async () => {
  const passed: number[] = [];
  for await (const item of typedFailures(uri, undefined, [1, 2])) passed.push(item);
  expect(passed).toEqual([1, 2]);
});

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [410, 'not_found'],
  [429, 'rate_limited'],
  [504, 'timeout'],
  [418, 'unavailable'],
  [500, 'unavailable'],
])('status %i means %s', (status, code) => expect(codeOfStatus(status)).toBe(code));
