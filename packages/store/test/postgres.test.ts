import { expectCairnError } from '@cairn/conformance';
import { Pool, type PoolClient } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTeamStore, type PostgresPool, postgresCatalog } from '../src/postgres.js';
import { watchedBucket } from './buckets.js';
import { anyPostgresPool, pglitePool, postgresPlace, postgresUrl, startLimitMs } from './catalogs.js';
import { collection, log } from './maintained-store.js';

/* What only PostgreSQL has: transactions that fail because of others, and connections that break. */

let pool: PostgresPool;
beforeAll(async () => {
  pool = await pglitePool();
  await postgresCatalog({ pool });
}, startLimitMs);

const run = (id: string) => ({ entity: 'e', project: 'p', id, config: {} });

interface Watched extends PostgresPool {
  readonly statements: string[];
  /** With what connections were given back. */
  readonly released: (Error | undefined)[];
}

/** A pool in which what `fail` returns happens in place of a statement. */
function watched(fail: (text: string, nth: number) => Error | undefined): Watched {
  const statements: string[] = [];
  const released: (Error | undefined)[] = [];
  return {
    statements,
    released,
    async connect() {
      const client = await pool.connect();
      return {
        async query(text, values) {
          statements.push(text);
          const error = fail(text, statements.length);
          if (error !== undefined) throw error;
          return client.query(text, values);
        },
        release(error) {
          released.push(error);
          client.release();
        },
      };
    },
  };
}

function withCode(code: string): Error {
  return Object.assign(new Error(`the server answers ${code}`), { code });
}

describe('a transaction', () => {
  it.each(['40001', '40P01', '55P03'])(
    'is repeated when it fails with %s because of others',
    async (code) => {
      let commits = 0;
      const flaky = watched((text) => (text === 'COMMIT' && ++commits < 3 ? withCode(code) : undefined));
      const catalog = await postgresCatalog({ pool: flaky });
      expect((await catalog.startRun(run(`repeated-${code}`))).state).toBe('running');
      expect(commits).toBe(3);
      expect(flaky.statements.filter((text) => text === 'ROLLBACK')).toHaveLength(2);
      expect(flaky.released.every((error) => error === undefined)).toBe(true);
    },
  );

  it('is given up when it fails too often', async () => {
    const catalog = await postgresCatalog({
      pool: watched((text) => (text === 'COMMIT' ? withCode('40001') : undefined)),
    });
    await expectCairnError(catalog.startRun(run('given-up')), 'unavailable');
  });

  it('is not repeated when the step itself refuses', async () => {
    const quiet = watched(() => undefined);
    const catalog = await postgresCatalog({ pool: quiet });
    await catalog.startRun(run('twice'));
    const before = quiet.statements.length;
    await expectCairnError(catalog.startRun(run('twice')), 'conflict');
    expect(quiet.statements.slice(before).filter((text) => text.startsWith('BEGIN'))).toHaveLength(1);
    expect(quiet.statements.at(-1)).toBe('ROLLBACK');
  });
});

describe('an error of the server', () => {
  it.each([
    ['53100', 'storage_full'],
    ['53300', 'unavailable'],
    ['25006', 'storage_readonly'],
    ['28P01', 'unauthenticated'],
    ['42501', 'forbidden'],
    ['55P03', 'unavailable'],
    ['57014', 'timeout'],
    ['57P01', 'unavailable'],
    ['08006', 'unavailable'],
    ['XX001', 'integrity_mismatch'],
  ] as const)('%s is %s', async (code, expected) => {
    const catalog = await postgresCatalog({
      pool: watched((text) => (text.startsWith('INSERT') ? withCode(code) : undefined)),
    });
    const error = await expectCairnError(catalog.startRun(run('never')), expected);
    expect(error.cause).toMatchObject({ code });
  });
});

describe('a connection', () => {
  it.each([
    ['breaks', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['ends without a code', new Error('Connection terminated unexpectedly')],
    ['is ended by the server', withCode('57P01')],
  ])('that %s is thrown away', async (_, error) => {
    const broken = watched((text) => (text.startsWith('INSERT') ? error : undefined));
    const catalog = await postgresCatalog({ pool: broken });
    await expectCairnError(catalog.startRun(run('broken')), 'unavailable');
    expect(broken.released.at(-1)).toBeDefined();
    // The statement never reached this server, whose transaction is open still.
    const client = await pool.connect();
    await client.query('ROLLBACK');
    client.release();
  });

  it('that can not be made is unavailable', async () => {
    const nowhere = new Pool({
      connectionString: 'postgres://nobody@127.0.0.1:1/none',
      connectionTimeoutMillis: 2000,
    });
    await expectCairnError(postgresCatalog({ pool: nowhere }), 'unavailable');
    await nowhere.end();
  });
});

it('refuses tables that a later version made', async () => {
  const later = await pglitePool();
  await postgresCatalog({ pool: later });
  const client = await later.connect();
  await client.query('INSERT INTO cairn_schema (version, applied_at) VALUES (1000, 0)');
  client.release();
  await expectCairnError(postgresCatalog({ pool: later }), 'unsupported_format');
});

describe.skipIf(postgresUrl === undefined)('a server', () => {
  it('is set up by 20 at once, and numbers what they commit without gaps', async () => {
    const place = await postgresPlace(postgresUrl ?? '');
    const catalogs = await Promise.all(Array.from({ length: 20 }, () => place.open()));
    const digestOf = (n: number) => `blake3:${n.toString(16).padStart(64, '0')}` as const;
    const results = await Promise.all(
      catalogs.flatMap((catalog, i) =>
        Array.from({ length: 10 }, (_, j) =>
          catalog.commitVersion({
            entity: 'e',
            project: 'p',
            name: 'n',
            type: 't',
            digest: digestOf(i * 10 + j),
            manifest: digestOf(0),
            entryCount: 0,
            size: 0,
            metadata: {},
            aliases: ['best'],
            tags: [],
          }),
        ),
      ),
    );
    const numbers = results.map(({ version }) => version.version).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, i) => i));
    await place.dispose();
  });

  it('lets a project be linked to by many at once, who would wait for each other in a circle', async () => {
    const { pool: plain, dispose } = await anyPostgresPool();
    let [isHeld, end] = [(): void => undefined, (): void => undefined];
    const isOver = new Promise<void>((resolve) => {
      end = resolve;
    });
    /** Has transactions wait before they end, so that they hold what they have. */
    const holding = (isArmed: () => boolean): PostgresPool => ({
      async connect() {
        const client = await plain.connect();
        await client.query('SET lock_timeout = 5000');
        return {
          async query(text, values) {
            if (text === 'COMMIT' && isArmed()) {
              isHeld();
              await isOver;
            }
            return client.query(text, values);
          },
          release: (error) => client.release(error),
        };
      },
    });
    const { objects } = watchedBucket();
    let isArmed = false;
    const open = (armed: () => boolean) => openTeamStore({ pool: holding(armed), objects });
    const [one, other] = [await open(() => isArmed), await open(() => false)];
    // Logged without a server, so it is written down when its links are made.
    await log(one, { a: 'one' });
    await one.access.createProject(collection, {});
    isArmed = true;
    const held = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const linking = one.access.link(collection, [Buffer.alloc(32)]);
    await held;
    await other.access.linked(collection, [Buffer.alloc(32)]);
    end();
    await linking;
    await Promise.all([one.close(), other.close()]);
    await dispose();
  });

  it('may end a session between two queries of a transaction, and the next one says so', async () => {
    const { pool: real, dispose } = await anyPostgresPool();
    const catalog = await postgresCatalog({ pool: real });
    let isOn = false;
    const ending: PostgresPool = {
      async connect() {
        const client = (await real.connect()) as PoolClient;
        return {
          on: (event, listener) => client.on(event, listener),
          off: (event, listener) => client.off(event, listener),
          release: (error) => client.release(error),
          async query(text, values) {
            const result = await client.query(text, values);
            if (!text.startsWith('BEGIN') || !isOn) return result;
            isOn = false;
            // Not `once` of events: it rejects when the client tells of the error, which comes first.
            const ended = new Promise<void>((resolve) => client.once('end', resolve));
            const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
            const other = await real.connect();
            await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
            other.release();
            await ended;
            return result;
          },
        };
      },
    };
    const interrupted = await postgresCatalog({ pool: ending });
    isOn = true;
    await expectCairnError(interrupted.startRun(run('interrupted')), 'unavailable');
    expect(await interrupted.getRun('interrupted')).toBeUndefined();
    expect((await catalog.startRun(run('interrupted'))).id).toBe('interrupted');
    await dispose();
  });
});
