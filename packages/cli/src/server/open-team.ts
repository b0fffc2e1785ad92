import { CairnError, type ObjectStore } from '@cairn/core';
import { encryptionFromEnv } from '@cairn/store';
import { openTeamStore, type TeamStore } from '@cairn/store/postgres';
import { UsageError } from '../failure/usage-error.js';
import type { OpenedStore } from './open-served-store.js';

export interface TeamPlace {
  /** Such as `s3://acme-cairn/store`. */
  readonly bucket: string;
  /** Default: `CAIRN_DATABASE_URL`. */
  readonly database: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Opens the store of a team. Who it is to the bucket is found as the bucket's own programs find it. */
export async function openTeam({ bucket, database, env }: TeamPlace): Promise<OpenedStore<TeamStore>> {
  const connectionString = databaseUrl(database, env);
  const objects = await openBucket(bucket);
  const { default: pg } = await load('pg', () => import('pg'));
  const pool = new pg.Pool({
    connectionString,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    // A machine that is gone in the middle of a transaction must not hold others up for hours.
    idle_in_transaction_session_timeout: 60_000,
  });
  try {
    const store = await openTeamStore({ pool, objects, encryption: encryptionFromEnv(env) });
    return {
      store,
      location: objects.location,
      async close() {
        await store.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Arguments are seen by everybody on the machine, and kept by shells. */
function databaseUrl(database: string | undefined, env: TeamPlace['env']): string {
  const url = database ?? (env.CAIRN_DATABASE_URL || undefined);
  if (url === undefined) {
    throw new UsageError(
      'a bucket needs a database for the catalog',
      'Name it with --database, or with its password in CAIRN_DATABASE_URL.',
    );
  }
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new UsageError(
      'the database is no postgres:// URL',
      'Write it like postgres://cairn@db.example.com/cairn.',
    );
  }
  if (database !== undefined && new URL(database).password !== '') {
    throw new UsageError(
      'a password must not be an argument, which others on this machine can read',
      'Put it into PGPASSWORD or ~/.pgpass, or the whole URL into CAIRN_DATABASE_URL.',
    );
  }
  return url;
}

async function openBucket(url: string): Promise<ObjectStore> {
  const [, scheme, bucket = '', prefix] = /^(s3|gs):\/\/([^/?#]+)(?:\/([^?#]*))?$/.exec(url) ?? [];
  if (scheme === 's3') {
    const { s3ObjectStore } = await load('@cairn/s3', () => import('@cairn/s3'));
    return s3ObjectStore({ bucket, prefix });
  }
  if (scheme === 'gs') {
    const { gsObjectStore } = await load('@cairn/gs', () => import('@cairn/gs'));
    return gsObjectStore({ bucket, prefix });
  }
  throw new UsageError(`"${url}" is no bucket`, 'Write s3://bucket/prefix or gs://bucket/prefix.');
}

/** @throws CairnError `handler_missing` when a package isn't installed, which few need. */
async function load<T>(name: string, importIt: () => Promise<T>): Promise<T> {
  try {
    return await importIt();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CairnError('handler_missing', `the stores of teams need the package ${name}`, {
      hint: `Install it: npm i ${name}`,
      cause,
    });
  }
}
