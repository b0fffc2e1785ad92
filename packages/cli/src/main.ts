import { CommanderError } from 'commander';
import type { Command } from './command.js';
import { commands } from './commands.js';
import { readWords } from './complete/read-words.js';
import { type ExitCode, exitCodes } from './failure/exit-codes.js';
import { explainUsage } from './failure/explain-usage.js';
import { reportFailure } from './failure/report-failure.js';
import { hearOwnStreams } from './output/own-streams.js';
import { createProgram } from './program.js';
import { runCommand } from './run-command.js';

/**
 * Runs the command line: what it prints goes to this process's streams.
 *
 * @param argv Without the program's own name.
 * @returns The exit code.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv[0] === '__complete') {
    const { complete } = await import('./complete/complete.js');
    await complete(argv.slice(1));
    return exitCodes.ok;
  }
  const leaveStdout = hearOwnStreams();
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(neededFor(argv), async (command, args, values) => {
    leaveStdout();
    exitCode = await runCommand(command, args, values);
  });
  try {
    await program.parseAsync(withoutFieldsByPosition(helpAsOption(argv)), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code === 'commander.help') return exitCodes.usage;
    const isTyped = / --progress[= ]json /.test(` ${argv.join(' ')} `);
    return reportFailure(explainUsage(error, argv, commands), process.stderr, {
      json: isTyped || argv.some((arg) => /^--json(=|$)/.test(arg)),
      isTyped,
      verbose: false,
    });
  }
}

/** `help alias set` is `alias set --help`; commander's own looks no further than `alias`. */
function helpAsOption(argv: readonly string[]): readonly string[] {
  const [first, ...words] = argv;
  if (first !== 'help' || words.length === 0) return argv;
  const isKnown = commands.some(({ name }) => name.split(' ')[0] === words[0]);
  return isKnown ? [...words, '--help'] : words;
}

/** The commands among which the one that is meant is found: of a name that there is, those that share its first word. */
function neededFor(argv: readonly string[]): readonly Command[] {
  const { command } = readWords([...argv, ''], commands);
  const [first] = command?.name.split(' ') ?? [];
  return command === undefined ? commands : commands.filter(({ name }) => name.split(' ')[0] === first);
}

/** The fields of `--json` come only after `=`: else it would take the next argument for them. */
function withoutFieldsByPosition(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((arg, at) => (arg === '--json' && (end === -1 || at < end) ? '--json=' : arg));
}
