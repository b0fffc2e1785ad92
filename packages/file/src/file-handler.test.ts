import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type HandlerFixture, testStorageHandler } from '@cairn/conformance';
import { faultyFileSystem, systemError } from '../test/faulty-file-system.js';
import { tempFolder } from '../test/temp-folder.js';
import { fileHandler } from './file-handler.js';
import { formatFileUri, parseFileUri } from './file-uri.js';

/** Real files, through a file system that misbehaves once it is told to. */
async function fixture(): Promise<HandlerFixture> {
  const root = await tempFolder();
  const real = faultyFileSystem(0, '').fs;
  const failing = new Map<string, string>();
  const corrupt = new Set<string>();
  let isDisconnected = false;
  let looksLeft = Number.POSITIVE_INFINITY;
  let openFiles = 0;

  function check(path: unknown): void {
    const code = isDisconnected ? 'EIO' : failing.get(String(path));
    if (code !== undefined) throw systemError(code);
  }
  function look(path: string): void {
    check(path);
    if (looksLeft-- <= 0) throw systemError('EIO');
  }
  const stat = (async (path: string) => {
    look(path);
    return real.stat(path);
  }) as typeof real.stat;
  const statSync = ((path: string) => {
    look(path);
    return real.sync.statSync(path);
  }) as typeof real.sync.statSync;
  const open: typeof real.open = async (path, flags) => {
    check(path);
    const file = await real.open(path, flags);
    openFiles++;
    return new Proxy(file, {
      get(_, key) {
        if (key === 'close') return () => file.close().finally(() => openFiles--);
        if (key !== 'read' || !corrupt.has(String(path))) return Reflect.get(file, key);
        return async (buffer: Uint8Array, ...rest: [number, number, number]) => {
          const result = await file.read(buffer, ...rest);
          buffer[0] = 255 - (buffer[0] ?? 0);
          return result;
        };
      },
    });
  };

  const put = async (path: string, bytes: Uint8Array) => {
    const absolute = join(root, path);
    await mkdir(dirname(absolute), { recursive: true });
    await writeFile(absolute, bytes);
    return formatFileUri(absolute);
  };
  return {
    handler: fileHandler({ fs: { ...real, stat, open, sync: { ...real.sync, statSync } } }),
    capabilities: ['contentDigest', 'private', 'verify'],
    put,
    prefix: (path) => formatFileUri(join(root, path)),
    change: (uri, bytes) => writeFile(parseFileUri(uri), bytes),
    remove: (uri) => rm(parseFileUri(uri)),
    forbid: (uri) => void failing.set(parseFileUri(uri), 'EACCES'),
    corruptBody: (uri) => void corrupt.add(parseFileUri(uri)),
    disconnect() {
      isDisconnected = true;
    },
    breakListings() {
      looksLeft = 20;
    },
    openConnections: () => openFiles,
  };
}

testStorageHandler('file', fixture);
