import {
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type SchemaModule,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import type { Dialect } from '../database.js';

/** Statements that change the schema, in order. What was released stays as it is; changes are a further migration. */
export type Migration = (ddl: Ddl) => readonly Compilable[];

interface Compilable {
  compile(): { readonly sql: string };
}

type Table = CreateTableBuilder<string, never>;
type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

/** What a migration writes its statements with, in the words of one dialect. */
export interface Ddl {
  readonly schema: SchemaModule;
  readonly text: 'text' | ReturnType<typeof sql>;
  readonly integer: 'integer' | 'bigint';
  readonly real: 'real' | 'double precision';
  readonly bytes: 'blob' | 'bytea';
  /** The primary key of rows that are numbered in the order they come. */
  readonly numbered: Column;
  /** The same where rows are removed: a number is never given twice. */
  readonly numberedOnce: Column;
  readonly required: Column;
  /** A table; `compact` when it has a primary key that makes up most of its rows. */
  table(name: string, options?: { readonly compact?: boolean }): Table;
  /** Has the database refuse to change or remove rows of a table whose key is `id`. */
  appendOnly(table: string): readonly Compilable[];
}

/** Kysely compiles statements here and never sees a database: they run in a step, like all others. */
export function ddlFor(dialect: Dialect['name']): Ddl {
  return dialect === 'sqlite' ? sqliteDdl() : postgresDdl();
}

const required: Column = (column) => column.notNull();

function sqliteDdl(): Ddl {
  const { schema } = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    schema,
    text: 'text',
    integer: 'integer',
    real: 'real',
    bytes: 'blob',
    // Rows are never removed, so that numbers are not given twice without AUTOINCREMENT.
    numbered: (column) => column.primaryKey(),
    numberedOnce: (column) => column.primaryKey().autoIncrement(),
    required,
    table: (name, { compact = false } = {}) =>
      schema.createTable(name).modifyEnd(compact ? sql`strict, without rowid` : sql`strict`),
    appendOnly(table) {
      const refuse = `BEGIN SELECT RAISE(ABORT, 'rows of ${table} stay as they are'); END`;
      return [
        written(`CREATE TRIGGER ${table}_update BEFORE UPDATE ON ${table} ${refuse}`),
        written(`CREATE TRIGGER ${table}_delete BEFORE DELETE ON ${table} ${refuse}`),
        // What INSERT OR REPLACE removes, no trigger for DELETE sees.
        written(
          `CREATE TRIGGER ${table}_replace BEFORE INSERT ON ${table}
           WHEN EXISTS (SELECT 1 FROM ${table} WHERE id = NEW.id) ${refuse}`,
        ),
      ];
    },
  };
}

function postgresDdl(): Ddl {
  const numbered: Column = (column) => column.generatedAlwaysAsIdentity().primaryKey();
  const { schema } = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return {
    schema,
    // Texts sort by their UTF-8 bytes, whatever the locale of the server.
    text: sql`text collate "C"`,
    integer: 'bigint',
    real: 'double precision',
    bytes: 'bytea',
    numbered,
    numberedOnce: numbered,
    required,
    table: (name) => schema.createTable(name),
    appendOnly: (table) => [
      written(
        `CREATE FUNCTION refuse_change_of_${table}() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'rows of ${table} stay as they are'; END $$`,
      ),
      written(
        `CREATE TRIGGER ${table}_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
         FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_${table}()`,
      ),
    ],
  };
}

/** A statement that Kysely has no words for. */
function written(text: string): Compilable {
  return { compile: () => ({ sql: text }) };
}
