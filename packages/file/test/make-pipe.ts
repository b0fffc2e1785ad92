import { execFileSync } from 'node:child_process';

/** Makes a named pipe, which Node can't. */
export function makePipe(path: string): void {
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path]);
}
