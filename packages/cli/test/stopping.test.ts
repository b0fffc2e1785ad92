import { existsSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { inTerminal } from './support/terminal.js';

const place = testPlace();
const { cairn, bash } = place;
const ctrlC = '\u0003';

async function writeHoles(name: string, size: number): Promise<void> {
  const file = await open(place.join(name), 'w');
  for (let at = 0; at < size; at += 1e8) await file.write(`${name} ${at}`, at);
  await file.truncate(size);
  await file.close();
}

beforeAll(async () => {
  // More than any machine moves in the moment that it takes to stop: mostly holes, so that it takes no room.
  await writeHoles('large', 3e9);
  mkdirSync(place.join('many'));
  for (let i = 0; i < 200; i++) await writeHoles(`many/${i}`, 15e6);
  place.write({ 'small/a.txt': 'one' });
  expect((await cairn(['put', 'small', '-q'])).code).toBe(0);
});

describe('Ctrl-C', () => {
  test('in put ends with 130, publishes nothing and says what is kept', async () => {
    const shown = await inTerminal(place, ['put', 'large', '-n', 'stopped'], {
      typing: [{ after: 'upload', keys: ctrlC }],
    });
    expect(shown.text).toContain('stopping; once more to quit at once');
    expect(shown.text).toMatch(
      /stopped; nothing was published; run it again to go on \(up to [\d.]+ [KMG]iB kept\)/,
    );
    expect(shown.text).not.toContain('    at ');
    expect(shown.code).toBe(130);
    expect((await cairn(['show', 'stopped'])).code).toBe(5);
    const [run] = JSON.parse((await cairn(['run', 'list', '--json'])).stdout);
    expect(run).toMatchObject({ jobType: 'put', state: 'failed' });
    expect((await cairn(['verify'])).code).toBe(0);
  });

  test('in get ends with 130, and every file that is there is whole', async () => {
    const put = await cairn(['put', 'many', '-q', '-n', 'whole']);
    expect(put, put.stderr).toMatchObject({ code: 0 });
    const shown = await inTerminal(place, ['get', 'whole', 'out'], {
      typing: [{ after: 'download', keys: ctrlC }],
    });
    expect(shown.text).toContain('stopped; the files that are there are whole; run it again to go on');
    expect(shown.code).toBe(130);
    const { stdout } = await cairn(['verify', 'whole', 'out']);
    expect(stdout).toMatch(/^(missing\t\d+\n)+$/);
  });

  test('at a question changes nothing', async () => {
    const shown = await inTerminal(place, ['rm', 'small:v0'], { typing: [{ after: 'frees', keys: ctrlC }] });
    expect(shown.code).toBe(130);
    expect((await cairn(['show', 'small:v0', '-q'])).stdout).toBe('small:v0\n');
  });
});

test('SIGTERM stops in order, too, where there is no terminal', async () => {
  const { stderr, code } = await cairn(['put', 'large', '-n', 'ended', '--progress', 'json'], {
    onTalk: { text: '"upload"', act: (pid) => process.kill(pid, 'SIGTERM') },
  });
  expect(code).toBe(130);
  const last = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ message_type: 'error', error: { code: 'aborted' } });
  expect(last.error.message).toContain('nothing was published');
});

test('a limit of time is kept', async () => {
  const { stderr, code } = await cairn(['put', 'large', '-n', 'late', '--timeout', '1500ms']);
  expect(code).toBe(8);
  expect(stderr).toContain('[timeout]');
  expect((await cairn(['show', 'late'])).code).toBe(5);
});

test('a full disk is storage_full, and leaves the store whole', async (context) => {
  // In a namespace of its own a file system can be mounted without asking anybody.
  const inNamespace = (line: string) => bash(`unshare --user --map-root-user --mount bash -c '${line}'`);
  const mount = 'mkdir -p full && mount -t tmpfs -o size=24m none full';
  if ((await inNamespace(mount)).code !== 0) return context.skip('no file system can be mounted here');
  const { stdout, stderr } = await inNamespace(
    [
      `${mount} && head -c 40000000 /dev/urandom > random`,
      'cairn put small --store full/s -q',
      'cairn put random --store full/s; echo "code $?"',
      'cairn ls -q --store full/s',
      'cairn get small full/out --store full/s -q',
      'cairn put random -n random --store other -q && cairn get random full/big --store other; echo "code $?"',
    ].join('; '),
  );
  expect(stdout).toBe(`small:v0\ncode 1\nsmall\n${place.join('full/out')}\nrandom:v0\ncode 1\n`);
  expect(stderr.match(/\[storage_full\]/g)).toHaveLength(2);
  expect(stderr).not.toContain('    at ');
  expect(existsSync(place.join('full/out'))).toBe(false);
});
