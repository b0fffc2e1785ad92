import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';

const { cairn, bash } = testPlace();

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

describe('who stops reading', () => {
  test('ends the command in silence', async () => {
    // More than a pipe holds, so that it is closed in the middle.
    const { stdout, stderr, code } = await bash(
      'set -o pipefail; for i in 1 2 3; do cairn ls --json; done | head -n 1; cairn log weather-model | head -n 1',
    );
    expect(stdout.split('\n')[0]).toBe('[');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  test('from the start, too', async () => {
    const { stderr } = await bash('cairn ls | true; cairn show weather --json | true');
    expect(stderr).not.toContain('EPIPE');
    expect(stderr).not.toContain('    at ');
  });

  test('of what explains the program, or of its version, too', async () => {
    const { stderr } = await bash(
      'for args in "" --help "help put" "alias --help" --version "quux"; do cairn $args 2>&1 | true; cairn $args > >(exec 0<&-); done',
    );
    expect(stderr).not.toContain('EPIPE');
    expect(stderr).not.toContain('    at ');
  });

  test('of the talk loses only that', async () => {
    const { stdout, code } = await bash('cairn show weather 2> >(exec 0<&-)');
    expect(stdout).toContain('weather:v1');
    expect(code).toBe(0);
  });
});

test('a closed stdout is no reason for a stack trace', async () => {
  const { stderr } = await bash('cairn ls >&-');
  expect(stderr).not.toContain('    at ');
});

test('a full disk is', async () => {
  const { stderr, code } = await bash('cairn ls --json > /dev/full');
  expect(code).toBe(1);
  expect(stderr).toContain('ENOSPC');
  expect(stderr).not.toContain('    at ');
  for (const args of ['--help', '--version', 'help put']) {
    const said = await bash(`cairn ${args} > /dev/full`);
    expect(said).toMatchObject({
      stderr: expect.stringMatching(/^error \[internal\]: .*ENOSPC.*\n$/),
      code: 1,
    });
  }
});

describe('colour', () => {
  const colored = '\u001b[';

  test('is not for pipes, unless it is forced', async () => {
    expect((await bash('cairn show weather')).stdout).not.toContain(colored);
    expect((await bash('CLICOLOR_FORCE=1 cairn show weather')).stdout).toContain(colored);
    expect((await bash('CLICOLOR_FORCE=0 cairn show weather')).stdout).not.toContain(colored);
    expect((await bash('CLICOLOR_FORCE=1 NO_COLOR=1 cairn show weather')).stdout).not.toContain(colored);
    expect((await bash('CLICOLOR_FORCE=1 cairn show weather --no-color')).stdout).not.toContain(colored);
  });
});
