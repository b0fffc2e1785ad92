import { Command as CommanderCommand, Help, Option } from 'commander';
import { cliVersion } from './cli-version.js';
import { type Command, type CommandOption, groups } from './command.js';
import { globalOptions, shownFlags } from './global-options.js';
import { hasColors } from './output/colors.js';

/** Does one command with what it was given. */
export type Execute = (
  command: Command,
  args: readonly string[],
  values: ReadonlyMap<string, unknown>,
) => Promise<void>;

const everywhere = 'Options of every command:';

/** The names that stand for several commands, and what these have in common. */
const families: Readonly<Record<string, { readonly summary: string; readonly group: Command['group'] }>> = {
  alias: { summary: 'set, move and list the names of versions', group: 'Change' },
  config: { summary: 'read and write settings', group: 'Set up' },
  run: { summary: 'look at runs', group: 'Look' },
  project: { summary: 'manage projects', group: 'Keep in order' },
  cache: { summary: 'look after the cache', group: 'Keep in order' },
  key: { summary: 'manage the keys of a server', group: 'Serve' },
};

/** Makes the program of the table. Parsing throws what commander throws; nothing here ends the process. */
export function createProgram(table: readonly Command[], execute: Execute): CommanderCommand {
  const program = new CommanderCommand('cairn')
    .description('Versioned, deduplicated, traceable artifacts: datasets, models, results.')
    .usage('<command> [options]')
    // Every command inherits it.
    .addHelpOption(new Option('-h, --help', 'explain a command').helpGroup(everywhere))
    .version(cliVersion(), '-V, --version', 'print the version')
    // Else what is before the name of a command would also be looked for behind it, and in its values.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined, getOutHasColors: () => helpHasColors() })
    .configureHelp({
      minWidthToWrap: 20,
      sortSubcommands: false,
      styleTitle: bold,
      optionTerm: ({ flags }) => shownFlags(flags),
      formatHelp,
    });
  program.addHelpCommand(
    new CommanderCommand('help')
      .argument('[command]')
      .description('explain a command')
      .helpOption(false)
      .helpGroup('Set up:'),
  );
  addGlobalOptions(program);
  for (const group of groups) {
    for (const command of table) if (command.group === group) addCommand(program, command, execute);
  }
  program.addHelpText('after', '\nExplain one of them: cairn help <command>. Manual: docs/cli.md');
  return program;
}

/** As commander writes it; but who asks what there is sees the commands first, and then what all of them take. */
function formatHelp(command: CommanderCommand, helper: Help): string {
  const text = Help.prototype.formatHelp.call(helper, command, helper);
  if (command.parent !== null) return text;
  const isOptions = (block: string) => block.split('\n', 1)[0]?.includes('Options');
  const blocks = text.trimEnd().split('\n\n');
  const [options, others] = [blocks.filter(isOptions), blocks.filter((block) => !isOptions(block))];
  return `${[...others, ...options].join('\n\n')}\n`;
}

function addCommand(program: CommanderCommand, command: Command, execute: Execute): void {
  const [first = '', second] = command.name.split(' ');
  const parent = second === undefined ? program : familyOf(program, first);
  const made = parent.command(second ?? first).summary(command.summary);
  made.description([command.summary, command.description].filter(Boolean).join('.\n\n'));
  if (second === undefined) made.helpGroup(`${command.group}:`).helpCommand(false);
  for (const { name, summary, optional, many } of command.args ?? []) {
    const inner = many ? `${name}...` : name;
    made.argument(optional ? `[${inner}]` : `<${inner}>`, summary);
  }
  for (const option of command.options ?? []) made.addOption(toOption(option));
  addGlobalOptions(made);
  if (command.examples.length > 0) made.addHelpText('after', () => examplesText(command));
  made.action(() => execute(command, made.args, givenOptions(made)));
}

function familyOf(program: CommanderCommand, name: string): CommanderCommand {
  const known = program.commands.find((each) => each.name() === name);
  if (known !== undefined) return known;
  const family = families[name];
  if (family === undefined) throw new Error(`the family "${name}" has no summary`);
  return program.command(name).description(family.summary).helpGroup(`${family.group}:`).helpCommand(false);
}

/** By the long name without `--`, as in the table. What is behind the command's name comes before what is ahead of it. */
function givenOptions(command: CommanderCommand): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  const fromRoot: CommanderCommand[] = [];
  for (let at: CommanderCommand | null = command; at !== null; at = at.parent) fromRoot.unshift(at);
  for (const at of fromRoot) {
    for (const option of at.options) {
      const key = option.name().replace(/^no-/, '');
      const value: unknown = at.getOptionValue(option.attributeName());
      const isSaid = at.getOptionValueSource(option.attributeName()) === 'cli';
      if (value !== undefined && (isSaid || !given.has(key))) given.set(key, value);
    }
  }
  return given;
}

function addGlobalOptions(command: CommanderCommand): void {
  for (const option of globalOptions) command.addOption(toOption(option).helpGroup(everywhere));
}

function toOption({ flags, summary, many, choices }: CommandOption): Option {
  const option = new Option(flags, summary);
  if (choices !== undefined) option.choices(choices);
  if (many === true) {
    option.argParser<readonly string[]>((value, before = []) => [...before, value]);
    option.description = `${summary} (may be repeated)`;
  }
  return option;
}

function examplesText({ examples }: Command): string {
  const lines = examples.flatMap(({ does, line }) => [`  # ${does}`, `  ${line}`]);
  return `\n${bold('Examples:')}\n${lines.join('\n')}`;
}

function helpHasColors(): boolean {
  const { stdout, env } = process;
  return hasColors({ wanted: !process.argv.includes('--no-color'), isTerminal: stdout.isTTY === true, env });
}

function bold(text: string): string {
  return helpHasColors() ? `\u001b[1m${text}\u001b[22m` : text;
}
