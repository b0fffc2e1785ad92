import { sql } from 'kysely';
import type { Migration } from './ddl.js';

/**
 * Times are milliseconds since 1970. `metadata`, `config`, `description`, `title` and `error` are JSON, as in
 * `stored-json.ts`. The seam `Catalog` says what the rest means.
 */
export const migration: Migration = ({ schema, table, text, integer, real, numbered, required }) => [
  table('cairn_schema')
    .addColumn('version', integer, (column) => column.primaryKey())
    .addColumn('applied_at', integer, required),

  table('collections')
    .addColumn('id', integer, numbered)
    .addColumn('entity', text, required)
    .addColumn('project', text, required)
    .addColumn('name', text, required)
    .addColumn('type', text, required)
    .addColumn('next_version', integer, required)
    .addColumn('alias_revision', integer, required)
    .addColumn('created_at', integer, required)
    .addColumn('updated_at', integer, required)
    .addUniqueConstraint('collections_name', ['entity', 'project', 'name']),

  table('versions')
    .addColumn('id', integer, numbered)
    .addColumn('collection_id', integer, (column) => column.notNull().references('collections.id'))
    .addColumn('version', integer, required)
    .addColumn('digest', text, required)
    .addColumn('manifest', text, required)
    .addColumn('entry_count', integer, required)
    .addColumn('size', integer, required)
    .addColumn('description', text)
    .addColumn('metadata', text, required)
    .addColumn('ttl', real)
    .addColumn('created_at', integer, required)
    .addColumn('deleted_at', integer)
    .addUniqueConstraint('versions_number', ['collection_id', 'version']),
  schema
    .createIndex('versions_digest')
    .unique()
    .on('versions')
    .columns(['collection_id', 'digest'])
    .where(sql.ref('deleted_at'), 'is', null),
  schema.createIndex('versions_created').on('versions').column('created_at'),

  // An alias that was removed stays, pointing to nothing: its revision tells that it moved.
  table('aliases', { compact: true })
    .addColumn('collection_id', integer, (column) => column.notNull().references('collections.id'))
    .addColumn('alias', text, required)
    .addColumn('version_id', integer, (column) => column.references('versions.id'))
    .addColumn('revision', integer, required)
    .addPrimaryKeyConstraint('aliases_key', ['collection_id', 'alias']),
  schema.createIndex('aliases_version').on('aliases').column('version_id'),

  table('tags', { compact: true })
    .addColumn('version_id', integer, (column) => column.notNull().references('versions.id'))
    .addColumn('tag', text, required)
    .addPrimaryKeyConstraint('tags_key', ['version_id', 'tag']),

  table('runs')
    .addColumn('seq', integer, numbered)
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('entity', text, required)
    .addColumn('project', text, required)
    .addColumn('title', text)
    .addColumn('job_type', text)
    .addColumn('config', text, required)
    .addColumn('owner_host', text)
    .addColumn('owner_pid', integer)
    .addColumn('state', text, required)
    .addColumn('error', text)
    .addColumn('started_at', integer, required)
    .addColumn('heartbeat_at', integer, required)
    .addColumn('ended_at', integer),
  schema.createIndex('runs_project').on('runs').columns(['entity', 'project']),

  table('edges')
    .addColumn('seq', integer, numbered)
    .addColumn('run_id', text, (column) => column.notNull().references('runs.id'))
    .addColumn('direction', text, required)
    .addColumn('version_id', integer, (column) => column.notNull().references('versions.id'))
    .addUniqueConstraint('edges_run', ['run_id', 'direction', 'version_id']),
  schema.createIndex('edges_version').on('edges').columns(['version_id', 'direction']),
];
