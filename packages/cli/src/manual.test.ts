import { expect, test } from 'vitest';
import { commands } from './commands.js';
import { records } from './json/records.js';
import { manual } from './manual.js';

// `npx vitest run --project cli -u` writes it anew.
test('docs/cli.md is what the table of commands says', async () => {
  await expect(manual(commands)).toMatchFileSnapshot('../../../docs/cli.md');
});

test.each(commands)(
  'cairn $name has a summary in one line and examples that call it',
  ({ name, summary, examples }) => {
    expect(summary).toMatch(/^[a-z][^\n]+[^.\n]$/);
    expect(examples.length).toBeGreaterThan(0);
    for (const { line } of examples) expect(line).toContain(`cairn ${name}`);
  },
);

test('the examples use no option that there is not', async () => {
  const { globalOptions } = await import('./global-options.js');
  const flagsOf = (options: readonly { readonly flags: string }[]) =>
    options.flatMap(({ flags }) => flags.match(/(?<![\w-])--?[a-z][a-z-]*/gi) ?? []);
  for (const { name, options = [], examples } of commands) {
    const known = new Set([...flagsOf(options), ...flagsOf(globalOptions), '--help', '--']);
    for (const { line } of examples) {
      const [, call = ''] = line.split(`cairn ${name}`);
      const used = call.replace(/"[^"]*"|'[^']*'/g, '').split(/[|&;>]/, 1)[0] ?? '';
      const strangers = (used.match(/(?<=\s)(--[a-z][a-z-]*|-[a-z](?=\s|$))/gi) ?? []).filter(
        (flag) => !known.has(flag),
      );
      expect(strangers, line).toEqual([]);
    }
  }
});

test('every record is printed by a command', () => {
  const printed = new Set(commands.flatMap(({ json = [] }) => json.map(({ of }) => of)));
  expect([...printed].sort()).toEqual(Object.keys(records).sort());
});

test('no two options of a command share a flag', async () => {
  const { globalOptions } = await import('./global-options.js');
  for (const { name, options = [] } of commands) {
    const flags = [...options, ...globalOptions].flatMap(({ flags }) => flags.match(/--?[a-z-]+/gi) ?? []);
    expect(new Set(flags).size, name).toBe(flags.length);
  }
});
