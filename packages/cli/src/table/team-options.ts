import type { CommandOption } from '../command.js';

/** Where the store of a team is. */
export const teamOptions: readonly CommandOption[] = [
  {
    flags: '--bucket <url>',
    summary:
      'instead, the bucket that a team keeps its contents in, such as s3://bucket/prefix or gs://bucket',
  },
  {
    flags: '--database <url>',
    summary:
      'the PostgreSQL beside that bucket, such as postgres://cairn@db/cairn; its password comes from PGPASSWORD, ~/.pgpass or, with all of the URL, CAIRN_DATABASE_URL',
  },
];
