import { type FileValues, readProjectFile, readUserFile, writeJson } from './files.js';
import type { SettingKey } from './settings.js';

/** What to set; `undefined` takes a value away. */
export type Changes = Partial<Readonly<Record<SettingKey | 'apiKey', string | undefined>>>;

/** @throws UsageError when the file can't be read. */
export function changeProjectFile(file: string, changes: Changes): void {
  writeJson(file, changed(readProjectFile(file), changes), 'shared');
}

/** @throws UsageError when the file can't be read. */
export function changeUserFile(file: string, profile: string, changes: Changes): void {
  const user = readUserFile(file);
  const profiles = { ...user.profiles, [profile]: changed(user.profiles[profile] ?? {}, changes) };
  writeJson(file, { ...user, profiles }, 'private');
}

function changed(values: FileValues, changes: Changes): object {
  return Object.fromEntries(
    Object.entries({ ...values, ...changes }).filter(([, value]) => value !== undefined),
  );
}

/** Makes a profile the one that holds where none is named. @throws UsageError when the file can't be read. */
export function useProfile(file: string, profile: string): void {
  writeJson(file, { ...readUserFile(file), profile }, 'private');
}
