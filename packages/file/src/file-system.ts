import {
  accessSync,
  closeSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
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

/** What Cairn calls of `node:fs` for many small things: there a promise for each costs many times what the call does. */
export type SyncFileSystem = Pick<
  typeof import('node:fs'),
  | 'accessSync'
  | 'closeSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'futimesSync'
  | 'linkSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readSync'
  | 'readdirSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeSync'
>;

/** What Cairn calls of `node:fs/promises`, and of `node:fs`. Pass another one to make any call fail in a test. */
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
> & { readonly sync: SyncFileSystem };

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
  sync: {
    accessSync,
    closeSync,
    fstatSync,
    fsyncSync,
    futimesSync,
    linkSync,
    lstatSync,
    mkdirSync,
    openSync,
    readSync,
    readdirSync,
    realpathSync,
    renameSync,
    rmdirSync,
    statSync,
    unlinkSync,
    writeSync,
  },
};

/** How every function of this package ends its options. */
export interface FileOptions extends CallOptions {
  /** Default: {@link nodeFileSystem}. */
  readonly fs?: FileSystem | undefined;
}
