import { fileURLToPath } from 'node:url';
import type { Command } from './peer.js';

/** A program of this workspace. */
export function program(name: string, ...args: readonly string[]): Command {
  return [process.execPath, fileURLToPath(new URL(`programs/${name}.js`, import.meta.url)), ...args];
}
