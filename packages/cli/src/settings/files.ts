import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';
import { UsageError } from '../failure/usage-error.js';
import type { SettingKey } from './settings.js';

/** Values of one file or profile. What this version doesn't know is kept when the file is written. */
export type FileValues = Partial<Readonly<Record<SettingKey | 'apiKey', string>>>;

export interface UserFile {
  /** The profile that holds where none is named. Default: `default`. */
  readonly profile?: string | undefined;
  readonly profiles: Readonly<Record<string, FileValues>>;
}

/** The name of the project's file. It is meant to be committed, and holds no secrets. */
export const projectFileName = 'cairn.json';

/** The user's file, which only the user can read. `CAIRN_CONFIG_DIR` says in which folder. */
export function userFile(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.CAIRN_CONFIG_DIR || envPaths('cairn', { suffix: '' }).config, 'config.json');
}

/** The project's file in a folder, or in the nearest one above that has one. */
export function findProjectFile(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, projectFileName);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
    if (dirname(folder) === folder) return undefined;
  }
}

/** @throws UsageError when it isn't an object of texts, or holds a key. */
export function readProjectFile(file: string): FileValues {
  const values = toValues(readJson(file) ?? {}, file);
  if (values.apiKey === undefined) return values;
  throw new UsageError(
    `${file} holds a key, and is meant to be shared`,
    'Take it out, and revoke it on the server.',
  );
}

/** @throws UsageError when it isn't what {@link writeJson} writes. */
export function readUserFile(file: string): UserFile {
  const { profile, profiles = {}, ...unknown } = toObject(readJson(file) ?? {}, file);
  if (profile !== undefined && typeof profile !== 'string') throw malformed(file, '"profile" is not a text');
  const read = Object.entries(toObject(profiles, file)).map(([name, values]) => [
    name,
    toValues(values, file),
  ]);
  return { ...unknown, profile, profiles: Object.fromEntries(read) };
}

/** Writes a file that appears whole: one that the user alone can read, or one to be shared. */
export function writeJson(file: string, content: object, kind: 'private' | 'shared'): void {
  mkdirSync(dirname(file), { recursive: true });
  const temp = `${file}.${process.pid}.tmp`;
  writeFileSync(temp, `${JSON.stringify(content, null, 2)}\n`, { mode: kind === 'private' ? 0o600 : 0o666 });
  renameSync(temp, file);
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw malformed(file, (error as Error).message);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(file, 'it is not JSON');
  }
}

function toObject(value: unknown, file: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw malformed(file, 'an object is missing');
}

function toValues(value: unknown, file: string): FileValues {
  const values = Object.entries(toObject(value, file));
  for (const [key, of] of values) {
    if (typeof of !== 'string') throw malformed(file, `"${key}" is not a text`);
  }
  return Object.fromEntries(values) as FileValues;
}

function malformed(file: string, problem: string): UsageError {
  return new UsageError(`can't read the settings in ${file}: ${problem}`, 'Mend the file, or remove it.');
}
