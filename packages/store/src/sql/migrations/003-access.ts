import type { Migration } from './ddl.js';

/**
 * Who may do what. Times are milliseconds since 1970, `is_admin` is 0 or 1, `hash` is the SHA-256 of a secret, `scopes` is
 * JSON. Users are never removed, and of a key only what it was is kept.
 */
export const migration: Migration = ({
  schema,
  table,
  appendOnly,
  text,
  integer,
  bytes,
  numbered,
  numberedOnce,
  required,
}) => [
  table('users')
    .addColumn('id', integer, numbered)
    .addColumn('name', text, (column) => column.notNull().unique())
    .addColumn('is_admin', integer, required)
    .addColumn('disabled_at', integer)
    .addColumn('created_at', integer, required),

  table('members', { compact: true })
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id'))
    .addColumn('entity', text, required)
    .addColumn('role', text, required)
    .addPrimaryKeyConstraint('members_key', ['user_id', 'entity']),
  schema.createIndex('members_entity').on('members').column('entity'),

  table('access_keys')
    .addColumn('id', integer, numbered)
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id'))
    .addColumn('name', text, required)
    .addColumn('start', text, required)
    .addColumn('hash', bytes, (column) => column.notNull().unique())
    .addColumn('scopes', text, required)
    .addColumn('created_by', text)
    .addColumn('created_at', integer, required)
    .addColumn('expires_at', integer)
    .addColumn('revoked_at', integer)
    .addColumn('last_used_at', integer),
  schema.createIndex('access_keys_user').on('access_keys').column('user_id'),

  table('bootstrap_tokens')
    .addColumn('hash', bytes, (column) => column.primaryKey().notNull())
    .addColumn('expires_at', integer, required),

  // `linked_version`: all versions up to this one have their links, whoever committed them.
  table('projects')
    .addColumn('id', integer, numberedOnce)
    .addColumn('entity', text, required)
    .addColumn('project', text, required)
    .addColumn('linked_version', integer, required)
    .addColumn('created_at', integer, required)
    .addUniqueConstraint('projects_name', ['entity', 'project']),

  // No foreign key leads from here: checking it would cost as much as the row.
  table('links', { compact: true })
    .addColumn('project_id', integer, required)
    .addColumn('digest', bytes, required)
    .addPrimaryKeyConstraint('links_key', ['project_id', 'digest']),

  // Manifests and leaves of which all was linked and there in an epoch of garbage collection. A hint: deleting it loses
  // nothing.
  table('checked_manifests', { compact: true })
    .addColumn('project_id', integer, required)
    .addColumn('digest', bytes, required)
    .addColumn('epoch', integer, required)
    .addPrimaryKeyConstraint('checked_manifests_key', ['project_id', 'digest']),

  table('audit')
    .addColumn('id', integer, numberedOnce)
    .addColumn('at', integer, required)
    .addColumn('user_name', text)
    .addColumn('key_id', text)
    .addColumn('action', text, required)
    .addColumn('target', text)
    .addColumn('entity', text)
    .addColumn('project', text)
    .addColumn('outcome', text, required)
    .addColumn('request_id', text),
  schema.createIndex('audit_project').on('audit').columns(['entity', 'project', 'id']),
  schema.createIndex('audit_user').on('audit').columns(['user_name', 'id']),
  ...appendOnly('audit'),
];
