import {
  access,
  link,
  lstat,
  mkdir,
  open,
  opendir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises';
import type { CallOptions } from '@cairn/core';

/** What Cairn calls of `node:fs/promises`. Pass another one to make any call fail in a test. */
export type FileSystem = Pick<
  typeof import('node:fs/promises'),
  | 'access'
  | 'link'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'opendir'
  | 'readdir'
  | 'readlink'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'rmdir'
  | 'stat'
  | 'unlink'
>;

/** The real one. */
export const nodeFileSystem: FileSystem = {
  access,
  link,
  lstat,
  mkdir,
  open,
  opendir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
};

/** How every function of this package ends its options. */
export interface FileOptions extends CallOptions {
  /** Default: {@link nodeFileSystem}. */
  readonly fs?: FileSystem | undefined;
}
