import { createHash, randomBytes } from 'node:crypto';
import { thisHost } from './this-host.js';

/** Of the host 16 digits, of the process 8, of the thread 12, and of the file 8. */
const form = /^\.cairn-([0-9a-f]{16})([0-9a-f]{8})[0-9a-f]{20}\.tmp$/;

let maker: string | undefined;
let count = 0;

/** A name for a file that is being made beside its place. It says who makes it, and no file was ever made by it. */
export function tempName(): string {
  maker ??= hostDigits() + digits(process.pid) + randomBytes(6).toString('hex');
  return `.cairn-${maker}${digits(count++ >>> 0)}.tmp`;
}

/** Which process made a temporary file, by its name: of this host, or of another one. `undefined` for any other name. */
export function makerOf(name: string): { readonly pid: number; readonly isHere: boolean } | undefined {
  const [, host, pid] = form.exec(name) ?? [];
  if (host === undefined || pid === undefined) return undefined;
  return { pid: Number.parseInt(pid, 16), isHere: thisHost().isCertain && host === hostDigits() };
}

function hostDigits(): string {
  return createHash('sha256').update(thisHost().name).digest('hex').slice(0, 16);
}

function digits(value: number): string {
  return value.toString(16).padStart(8, '0');
}
