/**
 * Hears what goes wrong with streams that are written to without an `Output`: who stops reading is told nothing, as with
 * `| head`; any other failure is one of the program.
 *
 * @returns Ends that for stdout, for who hears it from then on.
 */
export function hearOwnStreams(): () => void {
  const { stdout, stderr } = process;
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    stderr.write(`error [internal]: ${error.message}\n`);
    process.exitCode = 1;
  };
  stdout.on('error', onError);
  stderr.on('error', () => undefined);
  return () => void stdout.off('error', onError);
}
