import { resolve } from 'node:path';
import { checkName } from '@cairn/core';
import { distance } from 'fastest-levenshtein';
import { UsageError } from '../failure/usage-error.js';
import { isUrl, type SettingKey, settingKeys } from './settings.js';

/** @throws UsageError, with the nearest key, when there is no such setting. */
export function checkKey(text: string): SettingKey {
  const key = settingKeys.find((each) => each === text);
  if (key !== undefined) return key;
  const [nearest] = [...settingKeys].sort((a, b) => distance(a, text) - distance(b, text));
  throw new UsageError(
    `there is no setting "${text}"`,
    `Did you mean "${nearest}"? There are ${settingKeys.join(', ')}.`,
  );
}

/** The value as it is stored: a folder by its whole path. @throws CairnError `name_invalid`. */
export function checkValue(key: SettingKey, value: string): string {
  if (key === 'mode' && value !== 'online' && value !== 'offline') {
    throw new UsageError(`there is no mode "${value}"`, 'Write online or offline.');
  }
  if (key !== 'store') return checkName(value, key);
  return isUrl(value) ? value : resolve(value);
}
