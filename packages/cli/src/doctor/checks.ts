import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { findStore } from '@cairn/sdk';
import { toFailure } from '../failure/failure.js';
import type { Invocation } from '../invocation.js';
import { bytesText, countOf } from '../output/format.js';
import { withAccount } from '../server/management.js';
import { isUrl } from '../settings/settings.js';

/** One thing that was looked at. */
export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly fix?: string | undefined;
}

interface Wrong {
  readonly found: string;
  readonly fix: string;
}

/** Less room on a disk than this will soon be none, in bytes. */
const leastRoom = 1024 * 1024 * 1024;

export async function runChecks(invocation: Invocation): Promise<readonly Check[]> {
  const place = await look('settings', () => describeSettings(invocation));
  const { location, exists } = whereStore(invocation);
  const checks = [place, await look('cache', async () => describeCache())];
  if (location === undefined) return checks;
  if (isUrl(location)) {
    checks.push(await look('server', () => describeServer(invocation)));
    checks.push(await look('key', () => describeKey(invocation)));
  } else if (exists) {
    checks.push(await look('store', () => describeStore(location)));
    checks.push(await look('room', async () => describeRoom(location)));
  } else {
    checks.push({ check: 'store', ok: true, found: `none yet at ${location}; the first put makes it` });
  }
  return checks;
}

/** Looks at one thing: how it is, or what is wrong with it. What is thrown is wrong, too. */
async function look(check: string, work: () => Promise<string | Wrong>): Promise<Check> {
  try {
    const seen = await work();
    return typeof seen === 'string' ? { check, ok: true, found: seen } : { check, ok: false, ...seen };
  } catch (error) {
    const { message, hint } = toFailure(error);
    return { check, ok: false, found: message, fix: hint };
  }
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

async function describeSettings({ settings, workspace }: Invocation): Promise<string | Wrong> {
  const { userFile, projectFile, profile } = settings;
  const mode = statSync(userFile, { throwIfNoEntry: false })?.mode ?? 0o600;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return { found: `others can read ${userFile}`, fix: `chmod 600 ${userFile}` };
  }
  workspace();
  return [`profile ${profile}`, ...(projectFile === undefined ? [] : [projectFile])].join(', ');
}

async function describeCache(): Promise<string> {
  const { cleanCache } = await import('@cairn/remote');
  const { folder, bytes } = await cleanCache();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.W_OK);
  return `${bytesText(bytes)} in ${folder}`;
}

async function describeServer(invocation: Invocation): Promise<string> {
  const { signal } = invocation;
  const { algorithm } = await withAccount(invocation, (account) => account.info({ signal }));
  return `${invocation.workspace().store} answers; digests are ${algorithm}`;
}

async function describeKey(invocation: Invocation): Promise<string> {
  const { signal } = invocation;
  const { user, key } = await withAccount(invocation, (account) => account.whoAmI({ signal }));
  return `"${key.name}" of ${user}${key.expiresAt === undefined ? '' : `, until ${key.expiresAt}`}`;
}

async function describeStore(folder: string): Promise<string | Wrong> {
  const { openStore } = await import('@cairn/store');
  const store = await openStore(folder, { create: false });
  try {
    let count = 0;
    for await (const _ of store.catalog.listCollections({})) count++;
    accessSync(folder, constants.W_OK);
    return `${countOf(count, 'collection')} in ${folder}`;
  } finally {
    await store.close();
  }
}

function describeRoom(folder: string): string | Wrong {
  const at = existsSync(folder) ? folder : dirname(folder);
  const { bavail, bsize } = statfsSync(at);
  const room = bavail * bsize;
  if (room >= leastRoom) return `${bytesText(room)} free on the disk of the store`;
  return {
    found: `only ${bytesText(room)} free on the disk of the store`,
    fix: 'Free some: cairn gc, cairn rm.',
  };
}
