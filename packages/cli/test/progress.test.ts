import { describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { lineInTerminal } from './support/terminal.js';

const place = testPlace();
const { bash } = place;

/** Bytes that come in two parts with a pause between them, so that the second is late enough to be told of. */
const slowly = '(head -c 3000000 /dev/urandom; sleep 1.2; head -c 3000000 /dev/urandom';
const hidden = '\u001b[?25l';
const shown = '\u001b[?25h';

describe('on a terminal', () => {
  test('what takes a moment has a line that is drawn again, and gone is nothing but the cursor', async () => {
    const { raw, text, code } = await lineInTerminal(place, `${slowly}) | cairn put - --path x.bin -n slow`);
    expect(code).toBe(0);
    expect(text).toMatch(/ {2}(scan|upload|commit) {2,}.*\d(\.\d)? MiB/);
    expect(text).toContain('1 file');
    expect(raw.indexOf(hidden)).toBeGreaterThan(-1);
    expect(raw.lastIndexOf(shown)).toBeGreaterThan(raw.lastIndexOf(hidden));
    expect(text).toContain('slow:v0');
  });

  test('what is done at once has none', async () => {
    place.write({ 'small.txt': 'small' });
    const { raw } = await lineInTerminal(place, 'cairn put small.txt -n small');
    expect(raw).not.toContain(hidden);
  });

  test.each(['CI=1', 'TERM=dumb'])('is left out with %s', async (variable) => {
    const { raw, code } = await lineInTerminal(
      place,
      `export ${variable}; ${slowly}) | cairn put - --path x.bin -n quiet`,
    );
    expect(code).toBe(0);
    expect(raw).not.toContain(hidden);
  });

  test('Ctrl-C stops it, says that nothing was published, and gives the cursor back', async () => {
    await bash('truncate -s 8G large.bin');
    const { raw, text, code } = await lineInTerminal(place, 'cairn put large.bin -n stopped', {
      typing: [{ after: hidden, keys: '\u0003' }],
    });
    expect(text).toContain('stopped; nothing was published; run it again to go on');
    expect(code).toBe(130);
    expect(raw.lastIndexOf(shown)).toBeGreaterThan(raw.lastIndexOf(hidden));
    expect((await place.cairn(['show', 'stopped'])).code).toBe(5);
  });
});

describe('in a pipe', () => {
  test('there are no control characters, and nothing at all in less than ten seconds', async () => {
    const { stderr, code } = await bash(`${slowly}) | cairn put - --path x.bin -n piped -q`);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  test('--progress=json tells each step as a line', async () => {
    const { stderr, code } = await bash(`${slowly}) | cairn put - --path x.bin -n told -q --progress=json`);
    expect(code).toBe(0);
    const steps = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(steps.length).toBeGreaterThan(1);
    // What comes by stdin is told while it comes.
    expect(steps.some(({ phase, bytes_done: bytes }) => phase === 'scan' && bytes > 0)).toBe(true);
    for (const step of steps) {
      expect(Object.keys(step)).toEqual([
        'message_type',
        'phase',
        'bytes_done',
        'total_bytes',
        'bytes_reused',
        'bytes_per_second',
        'seconds_left',
        'files_done',
        'total_files',
        'path',
      ]);
    }
    expect(steps.map(({ message_type: type }) => type).lastIndexOf('summary')).toBe(steps.length - 1);
    expect(steps.at(-1).bytes_done).toBe(6_000_000);
  });
});
