import type { Argument, Command } from '../command.js';
import { teamOptions } from './team-options.js';

const ref: Argument = {
  name: 'ref',
  summary: '[[entity/]project/]name[:alias | :vN | @digest]',
  completes: 'version',
};

/** Commands that keep a store in order. */
export const keepCommands: readonly Command[] = [
  {
    name: 'verify',
    group: 'Keep in order',
    summary: 'compare a folder with a version byte by byte, or read every byte of the store',
    description:
      'A folder that was made by get knows its version. Without an argument the store itself is read. What is wrong ends with 7.',
    args: [
      { ...ref, name: 'what', summary: 'a version, or a folder that get made', optional: true },
      {
        name: 'folder',
        summary: 'what to compare the version with (default: ./artifacts/<name>-v<N>)',
        optional: true,
        completes: 'file',
      },
    ],
    options: [{ flags: '--repair', summary: 'of the store, mend what can be mended' }, ...teamOptions],
    examples: [
      { does: 'A folder that was downloaded', line: 'cairn verify ./data' },
      { does: 'Another one', line: 'cairn verify bike-dataset:v3 /mnt/copy' },
      { does: 'The store', line: 'cairn verify --repair' },
      {
        does: 'The store of a team, whose index was lost',
        line: 'cairn verify --repair --bucket s3://acme-cairn/store --database postgres://cairn@db.example.com/cairn',
      },
    ],
    json: [
      { shape: 'record', of: 'folder check', when: 'for a folder' },
      { shape: 'record', of: 'store check', when: 'for the store' },
    ],
    habits: ['check', 'fsck'],
    load: () => import('../commands/verify.js'),
  },
  {
    name: 'rm',
    group: 'Keep in order',
    summary: 'delete versions',
    description:
      'Their numbers are not used again, and lineage shows them as deleted. Their space comes back by gc; until then restore brings them back. Which version is meant must be said.',
    args: [{ ...ref, many: true }],
    options: [
      { flags: '--dry-run', summary: 'only list what would be deleted, and what that frees' },
      { flags: '--with-aliases', summary: 'also versions with aliases other than latest' },
    ],
    examples: [
      { does: 'First only to look', line: 'cairn rm bike-model:v1 bike-model:v2 --dry-run' },
      { does: 'In a script', line: 'cairn rm bike-model:v1 --yes' },
    ],
    json: [{ shape: 'list', of: 'removed version' }],
    habits: ['delete', 'remove', 'del'],
    load: () => import('../commands/rm.js'),
  },
  {
    name: 'restore',
    group: 'Keep in order',
    summary: 'bring deleted versions back',
    description:
      'It works until the next gc that frees something. Their numbers are as before; of their aliases only latest comes back. log --deleted lists what can be restored.',
    args: [{ name: 'ref', summary: '[[entity/]project/]name:vN, or name@digest', many: true }],
    examples: [{ does: 'One that was deleted by mistake', line: 'cairn restore bike-model:v1' }],
    json: [{ shape: 'list', of: 'version' }],
    habits: ['undelete', 'undo'],
    load: () => import('../commands/restore.js'),
  },
  {
    name: 'gc',
    group: 'Keep in order',
    summary: 'free the space that no version needs',
    description: 'Safe beside everything else. It prints by how many bytes the store shrank.',
    options: [
      { flags: '--dry-run', summary: 'only say how much that could be' },
      {
        flags: '--grace <time>',
        summary: 'keep what was stored less than this ago (default: 1h; 0 keeps none)',
      },
      { flags: '--all', summary: 'also what is so little that it is hardly worth it' },
    ],
    examples: [
      { does: 'After deleting versions', line: 'cairn gc' },
      { does: 'Every night', line: 'cairn gc --yes --quiet' },
      { does: 'How much it could be', line: 'cairn gc --dry-run' },
    ],
    json: [{ shape: 'record', of: 'garbage' }],
    habits: ['prune', 'garbage'],
    load: () => import('../commands/gc.js'),
  },
  {
    name: 'project list',
    group: 'Keep in order',
    summary: 'list the projects of the store, or those one may see on a server',
    examples: [{ does: 'Of one owner', line: 'cairn project list -e acme' }],
    json: [{ shape: 'list', of: 'project' }],
    load: () => import('../commands/project-list.js'),
  },
  {
    name: 'project create',
    group: 'Keep in order',
    summary: 'make a project, so that keys can be made for it',
    description: 'One comes into being by itself when something is logged in it.',
    args: [{ name: 'project', summary: '[entity/]project' }],
    examples: [{ does: 'For a team', line: 'cairn project create acme/bikes' }],
    load: () => import('../commands/project-create.js'),
  },
  {
    name: 'project delete',
    group: 'Keep in order',
    summary: 'forget a project in which nothing was ever logged',
    description: 'One with a history stays, for lineage tells of it; delete its versions with rm.',
    args: [{ name: 'project', summary: '[entity/]project' }],
    examples: [{ does: 'One that was made by mistake', line: 'cairn project delete acme/bykes' }],
    load: () => import('../commands/project-delete.js'),
  },
  {
    name: 'sync',
    group: 'Move',
    summary: 'send what was logged here to a server',
    description:
      'Each version arrives once, in the order it was logged, with its run and lineage. What is there already is not sent again, so it can be repeated at any time.',
    options: [
      {
        flags: '--from <folder>',
        summary: 'the store to send (default: the nearest .cairn)',
        completes: 'file',
      },
    ],
    examples: [
      { does: 'To the server of the settings', line: 'cairn sync' },
      { does: 'One project to another server', line: 'cairn sync --host https://cairn.example.com -p bikes' },
    ],
    json: [{ shape: 'list', of: 'synced version' }],
    load: () => import('../commands/sync.js'),
  },
  {
    name: 'backup',
    group: 'Keep in order',
    summary: 'copy the store to a folder, beside writers',
    description:
      'The copy is what the store held at one moment. A second backup to the same folder costs what is new. The last line on stdout is the folder.',
    args: [{ name: 'folder', summary: 'a new one, or one with an earlier backup', completes: 'file' }],
    examples: [{ does: 'Every night', line: 'cairn backup /mnt/backups/cairn -q' }],
    json: [{ shape: 'record', of: 'backup' }],
    load: () => import('../commands/backup.js'),
  },
  {
    name: 'backup restore',
    group: 'Keep in order',
    summary: 'make a store of a backup',
    description: 'Every byte is read and compared before the store appears.',
    args: [
      { name: 'backup', summary: 'the folder of the backup', completes: 'file' },
      { name: 'folder', summary: 'where the store is to be; nothing may be there', completes: 'file' },
    ],
    examples: [{ does: 'After a disk was lost', line: 'cairn backup restore /mnt/backups/cairn /srv/cairn' }],
    json: [{ shape: 'record', of: 'restored store' }],
    load: () => import('../commands/backup-restore.js'),
  },
  {
    name: 'cache info',
    group: 'Keep in order',
    summary: 'say where the cache is, and what it takes',
    examples: [{ does: 'How much it is', line: 'cairn cache info' }],
    json: [{ shape: 'record', of: 'cache' }],
    load: () => import('../commands/cache-info.js'),
  },
  {
    name: 'cache cleanup',
    group: 'Keep in order',
    summary: 'remove from the cache what was not used for longest',
    description: 'It only costs that something is fetched or read again.',
    args: [{ name: 'size', summary: 'what it may take, such as 500MB, 2GiB or 0' }],
    options: [{ flags: '--dry-run', summary: 'only say how much that would free' }],
    examples: [{ does: 'To a gigabyte', line: 'cairn cache cleanup 1GB' }],
    json: [{ shape: 'record', of: 'cache' }],
    load: () => import('../commands/cache-cleanup.js'),
  },
  {
    name: 'cache clear',
    group: 'Keep in order',
    summary: 'remove all of the cache',
    options: [{ flags: '--dry-run', summary: 'only say how much that would free' }],
    examples: [{ does: 'All of it', line: 'cairn cache clear' }],
    json: [{ shape: 'record', of: 'cache' }],
    load: () => import('../commands/cache-clear.js'),
  },
];
