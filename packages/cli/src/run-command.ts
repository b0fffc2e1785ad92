import { CairnError } from '@cairn/core';
import type { Command } from './command.js';
import { createInvocation } from './create-invocation.js';
import { parseDuration } from './duration.js';
import { type ExitCode, exitCodes } from './failure/exit-codes.js';
import { reportFailure, reportStyle } from './failure/report-failure.js';
import { type Interrupts, watchInterrupts } from './interrupt.js';
import { type Options, toOptions } from './options.js';
import { createOutput, type Output, OutputClosed } from './output/output.js';

/** Runs one command, and says on stderr why when it fails. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  values: ReadonlyMap<string, unknown>,
): Promise<ExitCode> {
  const options = toOptions(values);
  const output = outputOf(options);
  let interrupts: Interrupts | undefined;
  let kept = () => 'nothing was changed';
  try {
    const timeout = options.text('timeout');
    interrupts = watchInterrupts(
      output,
      timeout === undefined ? undefined : parseDuration(timeout, 'timeout'),
    );
    const invocation = createInvocation(command, {
      ...{ args, options, output, signal: interrupts.signal },
      whenStopped: (say) => {
        kept = say;
      },
    });
    const { run } = await command.load();
    const exitCode = await run(invocation);
    return typeof exitCode === 'number' ? exitCode : exitCodes.ok;
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.ok;
    const stopped = interrupts?.isStopped() === true ? `stopped; ${kept()}` : undefined;
    const message = stopped ?? (CairnError.is(error, 'aborted') ? error.message : undefined);
    if (message !== undefined) {
      if (output.format === 'text' && !output.isForLines) output.complain(message);
      else reportFailure(new CairnError('aborted', message), process.stderr, reportStyle(output));
      return exitCodes.interrupted;
    }
    return reportFailure(error, process.stderr, reportStyle(output));
  } finally {
    interrupts?.release();
  }
}

function outputOf(options: Options): Output {
  const { stdout, stderr, stdin, env } = process;
  return createOutput({
    ...{ stdout, stderr, stdin, env },
    json: options.text('json'),
    progress: options.text('progress'),
    quiet: options.has('quiet'),
    verbose: options.has('verbose'),
    color: options.has('color'),
    truncate: options.has('truncate'),
    input: options.has('input'),
  });
}
