import { readdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { serve } from './support/served.js';

const place = testPlace();
const { cairn } = place;

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

describe('exit code', () => {
  test('0: done', async () => {
    expect((await cairn(['ls'])).code).toBe(0);
  });

  test('1: a difference, when asked', async () => {
    expect((await cairn(['diff', 'weather:v0', 'weather:v1', '--exit-code'])).code).toBe(1);
  });

  test('2: called in a way it can’t be', async () => {
    expect((await cairn(['ls', '--nope'])).code).toBe(2);
    expect((await cairn(['show', 'a b'])).code).toBe(2);
  });

  test('3: done in part', async () => {
    place.write({ 'part.txt': 'part' });
    await cairn(['put', 'part.txt', '-n', 'part', '-q']);
    const { stdout, stderr, code } = await cairn(['rm', 'part:v9', 'part:v0', '--yes', '-q']);
    expect({ stdout, code }).toEqual({ stdout: 'part:v0\n', code: 3 });
    expect(stderr).toContain('error [not_found]');
    expect((await cairn(['restore', 'part:v9', 'part:v0', '-q'])).code).toBe(3);
    expect((await cairn(['rm', 'part:v9', '--yes'])).code).toBe(5);
  });

  test('4: a login is needed', async () => {
    const server = await serve(place, ['--data', 'served']);
    const { stderr, code } = await cairn(['ls', '--host', server.url]);
    expect(stderr).toContain('cairn login URL');
    expect(code).toBe(4);
    await server.stop();
  });

  test('5: there is no such thing', async () => {
    expect((await cairn(['show', 'nothing'])).code).toBe(5);
  });

  test('6: it contradicts what is there', async () => {
    expect((await cairn(['alias', 'mv', 'best', 'weather-model:v0', 'weather-model:v1'])).code).toBe(6);
  });

  test('7: bytes are not what they should be', async () => {
    await cairn(['demo', '-q', '--store', 'damaged']);
    for (const pack of readdirSync(place.join('damaged/packs')))
      writeFileSync(place.join(`damaged/packs/${pack}`), 'x');
    const { code, stderr } = await cairn(['files', 'weather', '--store', 'damaged']);
    expect(stderr).toContain('[integrity_mismatch]');
    expect(code).toBe(7);
  });

  test('8: not done in time', async () => {
    const { code, stderr } = await cairn(['demo', '--store', 'late', '--timeout', '1ms']);
    expect(stderr).toContain('[timeout]');
    expect(code).toBe(8);
  });

  test('8: the server can’t be reached', async () => {
    // The port of discard, on which nothing listens.
    const { code, stderr } = await cairn(['ls', '--host', 'http://127.0.0.1:9']);
    expect(stderr).toContain('[unavailable]');
    expect(code).toBe(8);
  });

  test('130: stopped by Ctrl-C, which says what is kept', async () => {
    const { code, stderr } = await cairn(['demo', '--store', 'stopped'], {
      onTalk: { text: 'weather:v0', act: (pid) => process.kill(pid, 'SIGINT') },
    });
    expect(stderr).toContain('stopping; once more to quit at once');
    expect(stderr).toMatch(/stopped; what was logged by then stays; run it again to go on\n$/);
    expect(code).toBe(130);
    expect((await cairn(['demo', '--store', 'stopped'])).code).toBe(0);
  });

  test('130: at once, after a second signal', async () => {
    const { code, stderr } = await cairn(['demo', '--store', 'quit'], {
      onTalk: {
        text: 'weather:v0',
        act: (pid) => {
          process.kill(pid, 'SIGINT');
          process.kill(pid, 'SIGTERM');
        },
      },
    });
    expect(stderr).not.toContain('stopped;');
    expect(code).toBe(130);
  });
});
