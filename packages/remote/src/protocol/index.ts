export { accountRoutes } from './account-routes.js';
export {
  decodeBitmap,
  digestBytes,
  encodeBitmap,
  encodeDigests,
  nameDigest,
  splitDigests,
} from './digest-list.js';
export { checkEntryCount } from './entry-count.js';
export {
  type ErrorAnswer,
  errorAnswer,
  fromErrorAnswer,
  statusOf,
  toErrorAnswer,
} from './error-answer.js';
export { encodeFrame, type Frame, frameHeaderBytes, readFrames } from './frames.js';
export {
  algorithmHeader,
  basisHeader,
  bitmapType,
  digestsType,
  framesType,
  packType,
  requestIdHeader,
} from './headers.js';
export {
  maxJsonBytes,
  maxJsonDepth,
  maxLineageNodes,
  maxMissingDigests,
  maxPackBytes,
  maxPageBytes,
  maxPageItems,
  maxQueryBytes,
  maxReadBytes,
  maxReadDigests,
} from './limits.js';
export { apiBase, fillPath, type Route, type RouteName, routes } from './routes.js';
export {
  createdKey,
  keyRecord,
  role,
  scope,
  seenProject,
  type WhoAmI,
  whoAmI,
} from './schemas/account.js';
export { type Page, pageOf } from './schemas/basics.js';
export {
  fromLineageAnswer,
  type LineageAnswer,
  lineageAnswer,
  lineageRequest,
  toLineageAnswer,
} from './schemas/lineage.js';
export {
  type BlobPlan,
  blobPlan,
  type PackPlan,
  type PlannedPart,
  type PlannedRequest,
  packPlan,
  packPlanBody,
  plannedPackBody,
  planParams,
} from './schemas/plans.js';
export {
  collectionQuery,
  deleteParams,
  type EdgeParams,
  edgeParams,
  listParams,
  runQuery,
  selectorParams,
  versionQuery,
} from './schemas/queries.js';
export { type NewRunBody, newRunBody, type RunEnd, runEnd, runRecord } from './schemas/runs.js';
export {
  type BasisAnswer,
  basisAnswer,
  packAnswer,
  type ServerInfo,
  serverInfo,
} from './schemas/server-info.js';
export {
  type CommitBody,
  collectionRecord,
  commitBody,
  commitResult,
  edgeDirection,
  versionPatch,
  versionRecord,
} from './schemas/versions.js';
