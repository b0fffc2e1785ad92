export type {
  AccessCatalog,
  BootstrapToken,
  CreatedKey,
  KeyQuery,
  Member,
  MemberQuery,
  ProjectBlobs,
  ProjectQuery,
  SeenProject,
  UserQuery,
  UserRecord,
} from './access/access.js';
export type { AuditEntry, AuditQuery, NewAuditEntry, Outcome } from './access/audit-entry.js';
export type { Actor, KeyRecord, NewKey, Principal, Role, Scope } from './access/principal.js';
export type { AdoptedPack, AdoptOptions } from './adopt/adopted.js';
export { backupStore } from './backup/backup-store.js';
export type { CopiedStore, CopyProgress, CopyStoreOptions } from './backup/copy-store.js';
export { type RestoreStoreOptions, restoreStore } from './backup/restore-store.js';
export type { Liveness } from './catalog/run-rows.js';
export type { ChunkerParams } from './chunker/chunker-params.js';
export type { EncryptionKey, RotateKeyOptions, StoreEncryption } from './encryption/encryption.js';
export { encryptionFromEnv } from './encryption/encryption-from-env.js';
export { newEncryptionKey, parseEncryptionKey } from './encryption/key-text.js';
export type { StoreFormat } from './format.js';
export type { LocalStore } from './local-store.js';
export type { DeadReason, GcOptions, GcProgress, GcResult } from './maintenance/gc.js';
export type { AffectedVersion, Problem, ProblemKind } from './maintenance/problems.js';
export type { Stats, VersionStats } from './maintenance/stats.js';
export type { VerifyOptions, VerifyProgress, VerifyReport } from './maintenance/verify.js';
export { type OpenStoreOptions, openStore } from './open-store.js';
export { isOwnerAlive, thisProcess } from './run-owner.js';
export type { SqliteDriver, SqliteHandle, SqliteStatement } from './sql/sqlite/driver.js';
