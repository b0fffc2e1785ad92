import { translateFsError } from '@cairn/file';

/** Awaits a call of the file system and translates its failure. */
export async function attempt<T>(what: string, path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw translateFsError(error, what, path);
  }
}

/** The name of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
