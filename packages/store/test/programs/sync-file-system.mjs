// The file system, with every call made on the main thread: so the calls of a program have one order, in which they can be
// counted from outside.
import * as fs from 'node:fs';
import { nodeFileSystem } from '@cairn/file';

const ends = new Map();

export const syncFileSystem = {
  sync: {
    ...nodeFileSystem.sync,
    // With a position it is another system call than the one that Node uses for itself at any time.
    writeSync(fd, bytes, offset, length) {
      const end = ends.get(fd) ?? 0;
      const written = fs.writeSync(fd, bytes, offset, length, end);
      ends.set(fd, end + written);
      return written;
    },
    closeSync(fd) {
      ends.delete(fd);
      fs.closeSync(fd);
    },
  },
  access: async (...args) => fs.accessSync(...args),
  link: async (...args) => fs.linkSync(...args),
  lstat: async (...args) => fs.lstatSync(...args),
  mkdir: async (...args) => fs.mkdirSync(...args),
  readdir: async (...args) => fs.readdirSync(...args),
  rename: async (...args) => fs.renameSync(...args),
  stat: async (...args) => fs.statSync(...args),
  unlink: async (...args) => fs.unlinkSync(...args),

  async open(...args) {
    let fd = fs.openSync(...args);
    let end = 0;
    return {
      stat: async () => fs.fstatSync(fd),
      read: async (buffer, ...rest) => ({ bytesRead: fs.readSync(fd, buffer, ...rest), buffer }),
      async write(data, offset = 0, length = undefined) {
        const bytes = typeof data === 'string' ? Buffer.from(data) : data;
        const bytesWritten = fs.writeSync(fd, bytes, offset, length ?? bytes.length, end);
        end += bytesWritten;
        return { bytesWritten, buffer: data };
      },
      sync: async () => fs.fsyncSync(fd),
      async close() {
        if (fd !== undefined) fs.closeSync(fd);
        fd = undefined;
      },
    };
  },
};
