import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { programInTerminal } from './support/terminal.js';

// Completion as a person meets it: a shell with its prompt, a few letters, the Tab key.

const place = testPlace();

beforeAll(async () => {
  mkdirSync(place.join('home'));
  expect((await place.cairn(['demo', '-q'])).code).toBe(0);
});

/** How to start each without anybody's settings, and what its user has in them for completion. */
const shells: Readonly<Record<string, { readonly start: readonly string[]; readonly load: string }>> = {
  bash: { start: ['bash', '--norc', '--noprofile', '-i'], load: 'source <(cairn completion bash)' },
  zsh: {
    start: ['zsh', '-f', '-i'],
    load: 'autoload -Uz compinit && compinit -u -D; source <(cairn completion zsh)',
  },
  fish: { start: ['fish', '--no-config', '-i'], load: 'cairn completion fish | source' },
};

const wanted = (process.env.CAIRN_TEST_SHELLS ?? '').split(' ');

for (const [shell, { start, load }] of Object.entries(shells)) {
  const isMissing = !wanted.includes(shell) && spawnSync(shell, ['--version']).error !== undefined;
  describe.skipIf(isMissing)(`in ${shell}${isMissing ? ', which is not installed here' : ''}`, () => {
    test.each([
      ['a command', 'cairn lin\t --help', 'lineage [options]'],
      ['a name', 'cairn show weather-mo\t -q', 'weather-model:v'],
      ['an alias behind a colon', 'cairn show weather:lat\t -q', 'weather:v1'],
    ])('Tab completes %s', { timeout: 60_000 }, async (_, keys, answer) => {
      const { text } = await programInTerminal(place, start, {
        // The limit is for people, not for a machine with much else to do.
        env: { CAIRN_COMPLETION_TIMEOUT: '60000', PS1: '> ' },
        typing: [
          // The words are broken up, so that what is waited for is the answer and not the echo.
          { after: '', keys: `${load}; echo all" "loaded\r` },
          { after: 'all loaded', keys: `${keys}\r` },
          { after: answer, keys: 'exit\r' },
        ],
      });
      expect(text).toContain(answer);
    });
  });
}
