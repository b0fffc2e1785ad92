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

  test('the three largest files in flight have a line each, as long as they are', async () => {
    await bash(
      'mkdir -p big; for i in 1 2 3 4; do truncate -s "$i"G big/$i.bin; done; echo s > big/small.txt',
    );
    const { raw, text, code } = await lineInTerminal(place, 'cairn put big -n big', {
      typing: [{ after: '2.bin  2 GiB', keys: '\u0003' }],
    });
    expect(code).toBe(130);
    expect(text).toMatch(/\n? {10}4\.bin {2}4 GiB\n {10}3\.bin {2}3 GiB\n {10}2\.bin {2}2 GiB/);
    expect(text).not.toMatch(/ {10}(1\.bin|small)/);
    // They go with the bar, which stays as one line.
    expect(raw.lastIndexOf('4.bin')).toBeLessThan(raw.lastIndexOf('\u001b[0J'));
    expect(raw.lastIndexOf(shown)).toBeGreaterThan(raw.lastIndexOf(hidden));
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
        'current_files',
      ]);
    }
    expect(steps.map(({ message_type: type }) => type).lastIndexOf('summary')).toBe(steps.length - 1);
    expect(steps.at(-1).bytes_done).toBe(6_000_000);
  });

  test('--progress=json tells of a failure as a line like the others, and nothing else is on stderr', async () => {
    for (const args of ['put nothing-here -n told', 'put x --nope']) {
      const { stderr, code } = await bash(`cairn ${args} --progress=json`);
      const { message_type: type, error } = JSON.parse(stderr);
      expect({ type, code }).toEqual({ type: 'error', code: code === 2 ? 2 : 5 });
      expect(error).toMatchObject({ code: code === 2 ? 'usage' : 'not_found' });
    }
    place.write({ 'small.txt': 'small' });
    const { stderr } = await bash('cairn put small.txt -n lines --progress=json');
    for (const line of stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('message_type');
  });

  test('CAIRN_SILENT leaves the talk out, and not the result', async () => {
    place.write({ 'small.txt': 'small' });
    const { stdout, stderr } = await bash('CAIRN_SILENT=1 cairn put small.txt -n silent');
    expect(stdout).toContain('silent:v0 (latest)  1 file');
    expect(stderr).toBe('');
  });
});
