import { randomUUID } from 'node:crypto';

const rule = /^[\w.-]{1,128}$/;

/** The name of a request: the client's own, where it could stand in a log, or a new one. */
export function requestIdOf(given: string | null): string {
  return given !== null && rule.test(given) ? given : randomUUID();
}
