import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';

/** What was last made in a folder. */
export interface Remembered {
  /** `entity/project/name:vN`. */
  readonly version: string;
  /** The folder or URL of the store. */
  readonly store: string;
  readonly include?: readonly string[] | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Notes what a folder holds, so that it alone can be named later. In the cache: to forget it costs a word more, no data. */
export function rememberFolder(env: Env, folder: string, made: Remembered): void {
  try {
    const file = fileFor(env, folder);
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(made));
  } catch {
    // It was no less made.
  }
}

export function recallFolder(env: Env, folder: string): Remembered | undefined {
  try {
    const { version, store, include } = JSON.parse(readFileSync(fileFor(env, folder), 'utf8'));
    return typeof version === 'string' && typeof store === 'string' ? { version, store, include } : undefined;
  } catch {
    return undefined;
  }
}

function fileFor(env: Env, folder: string): string {
  const cache = env.CAIRN_CACHE_DIR || envPaths('cairn', { suffix: '' }).cache;
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
  return join(cache, 'folders', `${name}.json`);
}
