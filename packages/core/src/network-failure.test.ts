import { connect, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { CairnError } from './errors.js';
import { networkFailure } from './network-failure.js';

const attempt = 'can\'t read "http://a.example/b"';

function failure(code: string): CairnError {
  const error = networkFailure(Object.assign(new Error('what a client says'), { code }), attempt);
  expect(error).toBeInstanceOf(CairnError);
  return error as CairnError;
}

test('a connection that is refused is named, and may be tried again', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const cause = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
  const error = networkFailure(cause, attempt);
  expect(error).toMatchObject({ code: 'unavailable', isRetryable: true, cause });
  expect(String(error)).toContain(`${attempt}: its host refuses the connection`);
});

test.each([
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout', true],
  ['UND_ERR_BODY_TIMEOUT', 'timeout', true],
  ['ECONNRESET', 'unavailable', true],
  ['HPE_INVALID_CONSTANT', 'unavailable', true],
  ['EAI_AGAIN', 'unavailable', true],
  ['ENOTFOUND', 'unavailable', false],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unavailable', false],
])('%s is %s, retryable: %s', (code, expected, isRetryable) => {
  expect(failure(code)).toMatchObject({ code: expected, isRetryable });
});

describe('what is no failure of the network stays as it is', () => {
  test.each([
    ['an error without a code', new TypeError('a mistake')],
    ['one of Cairn', new CairnError('forbidden', 'may not be read')],
    ['no error', 'a string'],
  ])('%s', (_, error) => expect(networkFailure(error, attempt)).toBe(error));

  test('an abort', () => {
    const reason = new Error('stop');
    const broken = Object.assign(new Error('socket'), { code: 'ECONNRESET' });
    expect(networkFailure(broken, attempt, AbortSignal.abort(reason))).toBe(reason);
  });
});
