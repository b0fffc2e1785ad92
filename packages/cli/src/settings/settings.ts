import { dirname, resolve } from 'node:path';
import { UsageError } from '../failure/usage-error.js';
import { type ApiKey, apiKeyFor } from './api-key.js';
import { findProjectFile, readProjectFile, readUserFile, userFile } from './files.js';

/** What can be set, by a flag, in the environment, in the project's file or in the user's. */
export const settingKeys = ['store', 'entity', 'project', 'mode'] as const;
export type SettingKey = (typeof settingKeys)[number];

/** Where a value comes from. */
export type SettingSource = 'flag' | 'environment' | 'project file' | 'user file';

export interface Setting {
  readonly value: string;
  readonly source: SettingSource;
  /** The flag, the variable or the file. */
  readonly origin: string;
}

/** What holds for one call of the command line. */
export interface Settings {
  readonly profile: string;
  /** The names of those there are. */
  readonly profiles: readonly string[];
  /** Absent where nothing is set: then the sdk's defaults hold. */
  readonly values: Partial<Readonly<Record<SettingKey, Setting>>>;
  /** For the server, if the store is one. It is nobody's business to print it. */
  readonly apiKey: ApiKey;
  /** The project's file, if there is one here or in a folder above. */
  readonly projectFile: string | undefined;
  readonly userFile: string;
}

export interface SettingsRequest {
  /** What the flags say, by key; and the profile. */
  readonly flags: Partial<Readonly<Record<SettingKey | 'profile', string | undefined>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

const variables: Readonly<Record<SettingKey, string>> = {
  store: 'CAIRN_STORE',
  entity: 'CAIRN_ENTITY',
  project: 'CAIRN_PROJECT',
  mode: 'CAIRN_MODE',
};

/**
 * Reads the settings: a flag comes before the environment, that before the project's file, that before the user's.
 *
 * @throws UsageError when a file can't be read.
 */
export function readSettings({ flags, env, cwd }: SettingsRequest): Settings {
  const ofUser = userFile(env);
  const user = readUserFile(ofUser);
  const ofProject = findProjectFile(cwd);
  const project = ofProject === undefined ? {} : readProjectFile(ofProject);
  const profile = flags.profile ?? (env.CAIRN_PROFILE || user.profile || 'default');
  const own = Object.hasOwn(user.profiles, profile) ? user.profiles[profile] : undefined;
  const values: { -readonly [K in keyof Settings['values']]: Setting } = {};
  for (const key of settingKeys) {
    const found =
      setting(flags[key], 'flag', `--${key}`) ??
      setting(env[variables[key]] || undefined, 'environment', variables[key]) ??
      setting(inFile(key, project[key], ofProject), 'project file', ofProject ?? '') ??
      setting(inFile(key, own?.[key], ofUser), 'user file', ofUser);
    if (found !== undefined) values[key] = found;
  }
  return {
    profile,
    profiles: Object.keys(user.profiles),
    values,
    apiKey: apiKeyFor({ store: values.store, env, own, userFile: ofUser }),
    projectFile: ofProject,
    userFile: ofUser,
  };
}

function setting(value: string | undefined, source: SettingSource, origin: string): Setting | undefined {
  return value === undefined ? undefined : { value, source, origin };
}

/** A store's path in a file is meant from the file's folder. */
function inFile(key: SettingKey, value: string | undefined, file: string | undefined): string | undefined {
  if (key !== 'store' || value === undefined || file === undefined) return value;
  return isUrl(value) ? value : resolve(dirname(file), value);
}

/** Whether a store is named by a URL, not by a folder. */
export function isUrl(store: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(store);
}

/** @throws UsageError when the profile that holds doesn't exist: none is needed, but a name must not be mistaken. */
export function checkProfile({ profile, profiles, userFile }: Settings): void {
  if (profile === 'default' || profiles.includes(profile)) return;
  throw new UsageError(
    `there is no profile "${profile}" in ${userFile}`,
    profiles.length === 0
      ? 'Make it with: cairn config set KEY VALUE --profile NAME'
      : `There are ${profiles.map((name) => `"${name}"`).join(', ')}.`,
  );
}
