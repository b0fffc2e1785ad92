import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { CairnError, type ReferenceTrust, readAll } from '@cairn/core';
import envPaths from 'env-paths';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { attempt, systemCode } from './fs-error.js';
import { publishFile } from './publish-file.js';
import { readFileChunks } from './read-file.js';

export interface ReferenceTrustOptions {
  /** Where the secret is kept. Default: where this user's programs keep their data on this machine. */
  readonly stateDir?: string | undefined;
  /** Default: the real one. */
  readonly fs?: FileSystem | undefined;
}

const secretBytes = 32;

/**
 * Marks references by an HMAC-SHA-256 over their URIs. The secret is made on first use and stays in this user's state
 * folder, readable by nobody else; all processes of the user share it. Where it can't be kept no marks are made, and
 * where it can't be read no mark counts: neither is an error.
 */
export function referenceTrust(options: ReferenceTrustOptions = {}): ReferenceTrust {
  const { fs = nodeFileSystem, stateDir = envPaths('cairn', { suffix: '' }).data } = options;
  const path = join(stateDir, 'reference-key');
  let secret: Uint8Array | undefined;
  let making: Promise<Uint8Array | undefined> | undefined;
  async function find(): Promise<Uint8Array | undefined> {
    const found = secret ?? (await readSecret(fs, path));
    secret ??= found;
    return secret;
  }
  return {
    async mark(uri) {
      let key = await find();
      if (key === undefined) {
        // Where none can be made, that is found out once and not for every reference.
        making ??= makeSecret(fs, stateDir, path);
        key = await making;
      }
      return key && hmac(key, uri).toString('hex');
    },
    async isOwn(uri, mark) {
      const key = await find();
      const given = Buffer.from(mark, 'hex');
      return key !== undefined && given.length === 32 && timingSafeEqual(given, hmac(key, uri));
    },
  };
}

function hmac(secret: Uint8Array, uri: string): Buffer {
  return createHmac('sha256', secret).update(uri).digest();
}

async function readSecret(fs: FileSystem, path: string): Promise<Uint8Array | undefined> {
  const range = { start: 0, end: secretBytes + 1 };
  const secret = await orNothing(() => readAll(readFileChunks(path, { fs, range, noFollow: true })));
  return secret?.length === secretBytes ? secret : undefined;
}

/**
 * Of processes that make one at once, one wins, and all use its secret: the name is only ever given to a whole file.
 */
async function makeSecret(fs: FileSystem, folder: string, path: string): Promise<Uint8Array | undefined> {
  await orNothing(async () => {
    await attempt('make the folder', folder, fs.mkdir(folder, { recursive: true, mode: 0o700 }));
    const draft = join(folder, `.reference-key-${randomBytes(12).toString('hex')}.tmp`);
    await publishFile(draft, [randomBytes(secretBytes)], { fs, durable: true, mode: 0o600 });
    try {
      await fs.link(draft, path);
    } finally {
      await fs.unlink(draft);
    }
  });
  return readSecret(fs, path);
}

/** `undefined` where the file system fails. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (CairnError.is(error) || systemCode(error) !== undefined) return undefined;
    throw error;
  }
}
