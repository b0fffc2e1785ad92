/** A SQLite binding: the module `node:sqlite`, or one with its API. */
export interface SqliteDriver {
  readonly DatabaseSync: new (path: string, options?: { readOnly?: boolean }) => SqliteHandle;
}

export interface SqliteHandle {
  exec(text: string): void;
  prepare(text: string): SqliteStatement;
  close(): void;
}

export interface SqliteStatement {
  readonly sourceSQL: string;
  all(...params: SqliteValue[]): unknown[];
  get(...params: SqliteValue[]): unknown;
  run(...params: SqliteValue[]): unknown;
}

export type SqliteValue = string | number | null | Uint8Array;

/** Loads Node's own binding where it is there and safe, else the one that comes with this package. */
export async function loadSqlite(): Promise<SqliteDriver> {
  if (hasSafeWal(process.versions.sqlite ?? '')) {
    const own = loadOwn();
    if (own !== undefined) return own;
  }
  return import('@photostructure/sqlite');
}

/**
 * Whether a version of SQLite keeps what was committed in WAL mode. Up to 3.51.2, a commit that races a checkpoint of
 * another connection can vanish; the mend was also made in 3.50.7 and 3.44.6.
 */
export function hasSafeWal(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major !== 3) return major > 3;
  if (minor === 44) return patch >= 6;
  if (minor === 50) return patch >= 7;
  return minor > 51 || (minor === 51 && patch >= 3);
}

/** Node 22 announces that the module is experimental; its user can't act on that, and nothing else is silenced. */
function loadOwn(): SqliteDriver | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule?.('node:sqlite') as SqliteDriver | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
