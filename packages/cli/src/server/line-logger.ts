import type { Logger } from '@cairn/server';
import type { Output } from '../output/output.js';

/** Writes what a server does as lines of JSON beside the result; on a terminal only what is wrong, unless more is wanted. */
export function lineLogger(output: Output): Logger {
  const isShort = output.isInteractive && !output.isVerbose;
  const line = (level: string) => (fields: object, message: string) => {
    output.talk(JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message }));
  };
  return { info: isShort ? () => undefined : line('info'), warn: line('warn'), error: line('error') };
}
