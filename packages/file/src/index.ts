export { type EnsureFolderOptions, ensureFolder, type FolderMaker, folderMaker } from './ensure-folder.js';
export { type FileOptions, type FileSystem, nodeFileSystem } from './file-system.js';
export { translateFsError } from './fs-error.js';
export { type PublishFileOptions, publishFile, syncFolder } from './publish-file.js';
export { type ReadFileOptions, readFileChunks } from './read-file.js';
export type { Selection } from './selection.js';
export { sameStamp, stampFile } from './stamp.js';
export { type WalkedFile, type WalkFolderOptions, walkFolder } from './walk-folder.js';
