import { sql } from 'kysely';
import type { Migration } from './ddl.js';

/**
 * What is in the packs of a store; see `docs/decisions/009-engine.md`. Digests are the 32 bytes without the algorithm, in the form
 * of the database.
 */
export const migration: Migration = ({
  schema,
  table,
  text,
  integer,
  real,
  bytes,
  numberedOnce,
  required,
}) => [
  // The columns of the stamp are null while the pack is suspect. No foreign key leads here: SQLite would search all objects
  // for each pack that goes.
  table('packs')
    .addColumn('id', integer, numberedOnce)
    .addColumn('name', text, (column) => column.notNull().unique())
    .addColumn('size', integer, required)
    .addColumn('record_count', integer, required)
    .addColumn('created_at', integer, required)
    .addColumn('mtime_ms', real)
    .addColumn('ctime_ms', real)
    .addColumn('ino', real),

  table('objects', { compact: true })
    .addColumn('digest', bytes, (column) => column.primaryKey().notNull())
    .addColumn('kind', integer, required)
    .addColumn('pack_id', integer, required)
    .addColumn('start', integer, required)
    .addColumn('length', integer, required)
    .addColumn('size', integer, required)
    .addColumn('condemned', integer),
  // Garbage collection asks for these, which are few.
  schema.createIndex('objects_recipes').on('objects').column('pack_id').where(sql.ref('kind'), '=', sql`1`),
  schema
    .createIndex('objects_condemned')
    .on('objects')
    .column('pack_id')
    .where(sql.ref('condemned'), 'is not', null),

  table('engine_state')
    .addColumn('name', text, (column) => column.primaryKey().notNull())
    .addColumn('value', integer, required),

  // A hint: deleting it loses nothing.
  table('seen_files', { compact: true })
    .addColumn('folder', text, required)
    .addColumn('first', text, required)
    .addColumn('epoch', integer, required)
    .addColumn('files', bytes, required)
    .addPrimaryKeyConstraint('seen_files_key', ['folder', 'first']),
];
