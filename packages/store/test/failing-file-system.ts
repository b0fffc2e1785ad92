import type { FileHandle } from 'node:fs/promises';
import { type FileSystem, nodeFileSystem } from '@cairn/file';

/** Says with which code a call fails, by its number, from 1; `undefined` if it doesn't. */
export type Fails = (nth: number) => string | undefined;

export interface FailingFileSystem extends FileSystem {
  /** How many calls there were so far, on open files too. */
  calls(): number;
  /** Which calls failed, by their names. */
  readonly failed: readonly string[];
}

type Method = (...args: unknown[]) => Promise<unknown>;
type SyncMethod = (...args: unknown[]) => unknown;

/** The real file system, of which some calls fail, after they had no effect. */
export function failingFileSystem(fails: Fails): FailingFileSystem {
  let count = 0;
  const failed: string[] = [];

  function failure(name: string): Error | undefined {
    const code = fails(++count);
    if (code === undefined) return undefined;
    failed.push(name);
    return Object.assign(new Error(`${code}: injected into ${name}`), { code, syscall: name });
  }

  function wrap(target: object, name: string): Method {
    const method = (target as Record<string, Method>)[name] as Method;
    return async (...args) => {
      const error = failure(name);
      // A file whose closing fails is closed all the same.
      if (error !== undefined && name === 'close') await method.apply(target, args);
      if (error !== undefined) throw error;
      const result = await method.apply(target, args);
      return name === 'open' ? wrapHandle(result as FileHandle) : result;
    };
  }

  function wrapHandle(handle: FileHandle): Partial<FileHandle> {
    return Object.fromEntries(
      ['stat', 'read', 'write', 'sync', 'close'].map((name) => [name, wrap(handle, name)]),
    );
  }

  function wrapSync(name: string, call: SyncMethod): SyncMethod {
    return (...args) => {
      const error = failure(name);
      if (error === undefined) return call(...args);
      if (name === 'closeSync') call(...args);
      throw error;
    };
  }

  const { sync, ...promises } = nodeFileSystem;
  const wrapped = Object.fromEntries(Object.keys(promises).map((name) => [name, wrap(nodeFileSystem, name)]));
  const wrappedSync = Object.fromEntries(
    Object.entries(sync).map(([name, call]) => [name, wrapSync(name, call as SyncMethod)]),
  );
  return {
    ...(wrapped as unknown as FileSystem),
    sync: wrappedSync as unknown as FileSystem['sync'],
    calls: () => count,
    failed,
  };
}
