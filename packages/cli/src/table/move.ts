import type { Argument, Command } from '../command.js';

const ref: Argument = {
  name: 'ref',
  summary: '[[entity/]project/]name[:alias | :vN | @digest]',
  completes: 'version',
};

/** Commands that bring files into a store, and out of it. */
export const moveCommands: readonly Command[] = [
  {
    name: 'put',
    group: 'Move',
    summary: 'log a file, a folder, a reference or what comes by stdin as a version',
    description:
      'The same content as a version there is makes none. What is in the store already is not sent again, also after a stop. It is done by a run of the job type put, or CAIRN_JOB_TYPE. The project has to be said, by the name, -p or a setting; a person is asked.',
    args: [
      {
        name: 'source',
        summary: 'a path, a URI such as s3://bucket/data/, or - for stdin',
        completes: 'file',
      },
    ],
    options: [
      {
        flags: '-n, --name <name>',
        summary: '[[entity/]project/]name of the collection (default: that of the file)',
      },
      {
        flags: '-t, --type <type>',
        summary: 'its type, such as dataset, model or result (default: dataset)',
      },
      { flags: '-a, --alias <alias>', summary: 'a name to give to the version, beside latest', many: true },
      { flags: '-d, --description <text>', summary: 'what it is' },
      { flags: '-m, --metadata <key=value>', summary: 'a value of the metadata', many: true },
      { flags: '--metadata-file <file>', summary: 'JSON with metadata; - for stdin', completes: 'file' },
      { flags: '--tag <tag>', summary: 'a tag', many: true },
      {
        flags: '--path <path>',
        summary: 'its path in the artifact; of a folder or a prefix, the folder it gets',
      },
      { flags: '--include <glob>', summary: 'of a folder, only files that match', many: true },
      { flags: '--exclude <glob>', summary: 'of a folder, nothing that matches', many: true },
      { flags: '--no-checksum', summary: 'record a URI without asking for it' },
      { flags: '--dry-run', summary: 'only list what would be in it' },
    ],
    examples: [
      { does: 'A folder', line: 'cairn put ./bikes -n bike-dataset -t dataset -a best -m rows=1200' },
      {
        does: 'Only some of it, and first only to look',
        line: 'cairn put ./bikes --exclude "*.tmp" --dry-run',
      },
      { does: 'What a program prints', line: 'pg_dump shop | cairn put - --path shop.sql -n backup' },
      { does: 'A reference; nothing is copied', line: 'cairn put s3://bucket/images/ -n images' },
    ],
    json: [
      { shape: 'record', of: 'logged version' },
      { shape: 'list', of: 'planned entry', when: 'with --dry-run' },
    ],
    habits: ['add', 'push', 'upload', 'commit'],
    load: () => import('../commands/put.js'),
  },
  {
    name: 'get',
    group: 'Move',
    summary: 'make files of a version',
    description:
      'Files that are there and right are left alone. Every byte is checked before its file is visible. The last line on stdout is the folder.',
    args: [
      ref,
      {
        name: 'folder',
        summary: 'where to (default: ./artifacts/<name>-v<N>)',
        optional: true,
        completes: 'file',
      },
    ],
    options: [
      { flags: '--path <glob>', summary: 'only entries that match', many: true },
      { flags: '--exact', summary: 'remove what is in the folder and not in the artifact; it asks first' },
      { flags: '--verify', summary: 'read all files afterwards and compare them' },
      { flags: '--dry-run', summary: 'only list what would be written and removed' },
    ],
    examples: [
      { does: 'All of it', line: 'cairn get bike-dataset:best ./data' },
      { does: 'Some of it', line: 'cairn get bike-dataset --path "images/*.png"' },
      { does: 'In a script', line: 'cd "$(cairn get -q bike-model:prod)"' },
    ],
    json: [
      { shape: 'record', of: 'download' },
      { shape: 'list', of: 'planned file', when: 'with --dry-run' },
    ],
    habits: ['download', 'pull', 'checkout', 'fetch'],
    load: () => import('../commands/get.js'),
  },
  {
    name: 'cat',
    group: 'Move',
    summary: 'print the bytes of an entry',
    args: [ref, { name: 'path', summary: 'of the entry', completes: 'path' }],
    examples: [
      { does: 'The first lines', line: 'cairn cat bike-dataset labels.csv | head' },
      { does: 'Into a program', line: 'cairn cat backup shop.sql | psql shop' },
    ],
    load: () => import('../commands/cat.js'),
  },
];
