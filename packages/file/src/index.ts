export {
  type EnsureFolderOptions,
  ensureFolder,
  type FolderMaker,
  folderMaker,
  type MadeFolder,
} from './ensure-folder.js';
export { type FileHandlerOptions, fileHandler } from './file-handler.js';
export { type FileOptions, type FileSystem, nodeFileSystem, type SyncFileSystem } from './file-system.js';
export { formatFileUri, parseFileUri } from './file-uri.js';
export { translateFsError } from './fs-error.js';
export { type PublishFileOptions, publishFile, syncFolder } from './publish-file.js';
export { type ReadFileOptions, readFileChunks } from './read-file.js';
export { type ReferenceTrustOptions, referenceTrust } from './reference-trust.js';
export { removeLeftovers } from './remove-leftovers.js';
export { type Selection, type SelectionTests, selectionTests } from './selection.js';
export { sameStamp, stampFile, stampOf } from './stamp.js';
export { tempName } from './temp-name.js';
export { isProcessAlive, type ProcessHost, thisHost } from './this-host.js';
export { type WalkedFile, type WalkFolderOptions, walkFolder, walkFolderInBatches } from './walk-folder.js';
export { stampAt, type WalkedFiles } from './walked-files.js';
