/* What other packages of Cairn make stores with. It changes without notice: nothing else should import it. */

export { inParallel } from './blobs/in-parallel.js';
export type { LastPack, PackHome, PackIntake } from './blobs/pack-home.js';
export { createPutter, type Putter, type PutterOptions } from './blobs/putter.js';
export { sweepTempFiles } from './blobs/temp-files.js';
export { type ChunkerParams, defaultChunker, parseChunker } from './chunker/chunker-params.js';
export type { HashedBlob } from './ingest/hashed.js';
export { lookAt } from './packs/look-at.js';
export type { FinishedPack } from './packs/open-pack.js';
export {
  dataKind,
  digestBytes,
  endLength,
  footerBytes,
  isIntactEnd,
  type PackRecord,
  PackTable,
  type RecordKind,
  rawDigest,
  readTable,
  recipeKind,
  recordCount,
} from './packs/pack-format.js';
export { decodeRecipe, decodeRows, type RecipeRow } from './packs/recipe.js';
export { publishSync } from './restore/publish-sync.js';
export { StagedFolder } from './restore/staged-folder.js';
export { type FileMemory, noMemory } from './stat-cache/file-memory.js';
export { groupByFolder, isOfFiles } from './stat-cache/group-by-folder.js';
export { type KnownHome, type OwnMemory, openOwnMemory, type SavedMemory } from './stat-cache/own-memory.js';
export type { SeenGroup } from './stat-cache/stat-cache.js';
export { WrittenFiles } from './stat-cache/written-files.js';
