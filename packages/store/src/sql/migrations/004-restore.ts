import type { Migration } from './ddl.js';

/**
 * `deleted_epoch`: how often garbage collection had condemned something when the version was deleted. It is null of those
 * that are not deleted, and of those that were deleted before this column was.
 */
export const migration: Migration = ({ schema, integer }) => [
  schema.alterTable('versions').addColumn('deleted_epoch', integer),
];
