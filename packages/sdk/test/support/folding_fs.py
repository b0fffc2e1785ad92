"""Mounts a folder as a file system that takes names for one whose case folding and normal form are the same."""

import os
import sys
import unicodedata

try:
    import fuse
except ImportError:
    import fusepy as fuse


class FoldingFs(fuse.Operations):
    def __init__(self, root):
        self.root = root

    def at(self, path):
        return self.root + unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())

    def getattr(self, path, fh=None):
        try:
            stats = os.lstat(self.at(path))
        except OSError as error:
            raise fuse.FuseOSError(error.errno)
        names = ("st_atime", "st_ctime", "st_gid", "st_ino", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid")
        return {name: getattr(stats, name) for name in names}

    def readdir(self, path, fh):
        return [".", ".."] + os.listdir(self.at(path))

    def mkdir(self, path, mode):
        return os.mkdir(self.at(path), mode)

    def rmdir(self, path):
        return os.rmdir(self.at(path))

    def unlink(self, path):
        return os.unlink(self.at(path))

    def rename(self, old, new):
        return os.rename(self.at(old), self.at(new))

    def create(self, path, mode, info=None):
        return os.open(self.at(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open(self, path, flags):
        return os.open(self.at(path), flags & ~os.O_EXCL)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(self.at(path), length)

    def release(self, path, fh):
        return os.close(fh)

    def chmod(self, path, mode):
        return os.chmod(self.at(path), mode)

    def utimens(self, path, times=None):
        return os.utime(self.at(path), times)


fuse.FUSE(FoldingFs(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True, use_ino=True)
