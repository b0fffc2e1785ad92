import { pino } from 'pino';

/** Where a server writes what it does. A logger of pino is one, so are those of many frameworks. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** JSON, one line for each event, to the standard output. */
export function standardLogger(): Logger {
  return pino({ name: 'cairn' });
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
