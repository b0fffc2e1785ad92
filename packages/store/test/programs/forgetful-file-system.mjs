// The file system, but nothing that Cairn itself writes is made durable: only SQLite's files are.
import { nodeFileSystem } from '@cairn/file';

export const forgetfulFileSystem = {
  ...nodeFileSystem,
  sync: { ...nodeFileSystem.sync, fsyncSync: () => undefined },
};
