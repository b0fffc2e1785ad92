import type { FileHandle } from 'node:fs/promises';
import { type FileSystem, nodeFileSystem, type SyncFileSystem } from '../src/index.js';

/**
 * A file system of which one call fails, counted from 1 over all its functions and those of the files it opened; or
 * `forGood` also all calls after it.
 */
export interface FaultySystem {
  readonly fs: FileSystem;
  /** The calls so far, by name. */
  readonly calls: readonly string[];
}

type Call = (...args: unknown[]) => unknown;

export function faultyFileSystem(
  failing: number,
  code: string,
  { forGood = false }: { forGood?: boolean } = {},
): FaultySystem {
  const calls: string[] = [];
  const isFailing = (name: string): boolean => {
    const number = calls.push(name);
    return number === failing || (forGood && number > failing);
  };
  const wrap = <T extends object>(target: T, prefix: string): T =>
    new Proxy(target, {
      get(_, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function' || typeof key === 'symbol') return value;
        return async (...args: unknown[]) => {
          const fails = isFailing(`${prefix}${key}`);
          // A close that fails has closed nevertheless.
          if (fails && key !== 'close') throw systemError(code, key);
          const result = await (value as Call).apply(target, args);
          if (fails) throw systemError(code, key);
          return key === 'open' ? wrap(result as FileHandle, 'file.') : result;
        };
      },
    });
  const sync = Object.fromEntries(
    Object.entries(nodeFileSystem.sync).map(([key, call]) => [
      key,
      (...args: unknown[]) => {
        const fails = isFailing(key);
        if (fails && key !== 'closeSync') throw systemError(code, key);
        const result = (call as Call)(...args);
        if (fails) throw systemError(code, key);
        return result;
      },
    ]),
  ) as unknown as SyncFileSystem;
  return { fs: wrap({ ...nodeFileSystem, sync }, ''), calls };
}

/** An error as Node makes them. */
export function systemError(code: string, syscall = 'call'): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected, ${syscall}`), { code, errno: -1, syscall });
}
