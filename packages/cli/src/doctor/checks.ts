import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { findStore } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { bytesText, countOf } from '../output/format.js';
import { isUrl, settingKeys } from '../settings/settings.js';
import { type Check, look, type Wrong } from './check.js';
import { tryStorage } from './storage.js';

/** Less room on a disk than this will soon be none, in bytes. */
const leastRoom = 1024 * 1024 * 1024;

export async function runChecks(invocation: Invocation): Promise<readonly Check[]> {
  const { signal } = invocation;
  const checks = [
    await look('settings', () => describeSettings(invocation)),
    await look('cache', () => describeCache()),
  ];
  const { location, exists } = whereStore(invocation);
  if (location === undefined) return checks;
  if (isUrl(location)) {
    const { checkServer } = await import('./server-checks.js');
    return [...checks, ...(await checkServer(invocation, location))];
  }
  if (!exists) {
    return [
      ...checks,
      { check: 'store', ok: true, found: `none yet at ${location}; the first put makes it` },
    ];
  }
  checks.push(await look('store', () => describeStore(location)));
  checks.push(
    await look('room', async () => describeRoom(location, 'store', 'Free some: cairn rm, cairn gc.')),
  );
  if (checks.every(({ check, ok }) => check !== 'store' || ok)) {
    checks.push(await look('storage', () => describeStorage(location, signal)));
  }
  return checks;
}

function whereStore({ workspace }: Invocation): { location?: string; exists: boolean } {
  try {
    const place = workspace();
    return findStore(place.store, place);
  } catch {
    // That is what the look at the settings said.
    return { exists: false };
  }
}

/** Each value with the place it comes from. */
async function describeSettings({ settings, workspace }: Invocation): Promise<string | Wrong> {
  const { userFile, profile, values, apiKey } = settings;
  const mode = statSync(userFile, { throwIfNoEntry: false })?.mode ?? 0o600;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return { found: `others can read ${userFile}`, fix: `chmod 600 ${userFile}` };
  }
  workspace();
  const said = settingKeys.flatMap((key) => {
    const setting = values[key];
    return setting === undefined ? [] : [`${key} ${setting.value} (${setting.origin})`];
  });
  const key = apiKey !== undefined && 'key' in apiKey ? [`a key (${apiKey.key.origin})`] : [];
  return [`profile ${profile}`, ...said, ...key].join(', ');
}

async function describeCache(): Promise<string | Wrong> {
  const { cleanCache } = await import('@cairn/remote');
  const { folder, bytes } = await cleanCache();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.W_OK);
  const room = describeRoom(folder, 'cache', 'Free some: cairn cache cleanup 0');
  return typeof room === 'string' ? `${bytesText(bytes)} in ${folder}, ${room}` : room;
}

async function describeStore(folder: string): Promise<string | Wrong> {
  const { encryptionFromEnv, openStore } = await import('@cairn/store');
  const store = await openStore(folder, { create: false, encryption: encryptionFromEnv() });
  try {
    let count = 0;
    for await (const _ of store.catalog.listCollections({})) count++;
    accessSync(folder, constants.W_OK);
    return `${countOf(count, 'collection')} in ${folder}`;
  } finally {
    await store.close();
  }
}

async function describeStorage(folder: string, signal: AbortSignal): Promise<string | Wrong> {
  const { encryptionFromEnv, openStore } = await import('@cairn/store');
  const store = await openStore(folder, { create: false, encryption: encryptionFromEnv() });
  try {
    return await tryStorage(store.blobs, signal);
  } finally {
    await store.close();
  }
}

function describeRoom(folder: string, what: string, fix: string): string | Wrong {
  const at = existsSync(folder) ? folder : dirname(folder);
  const { bavail, bsize } = statfsSync(at);
  const room = bavail * bsize;
  if (room >= leastRoom) return `${bytesText(room)} free on the disk of the ${what}`;
  return { found: `only ${bytesText(room)} free on the disk of the ${what}`, fix };
}
