import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type JsonObject, parseJson } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';
import { assign, parseAssignment } from '../look/assignments.js';
import type { Options } from '../options.js';

/** The metadata of `--metadata-file`, with that of `--metadata` on top. @throws UsageError when it can't be read. */
export async function readMetadata(options: Options): Promise<JsonObject> {
  const file = options.text('metadata-file');
  const base = file === undefined ? {} : await readObject(file);
  return assign(base, options.list('metadata').map(parseAssignment));
}

async function readObject(file: string): Promise<object> {
  const from = file === '-' ? 'stdin' : file;
  let value: unknown;
  try {
    value = parseJson(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`can't read metadata from ${from}: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageError(`the metadata in ${from} is no object`, 'Write {"key": value}.');
}
