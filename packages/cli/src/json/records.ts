/** A field of what `--json` prints. It is always there; `null` where there is nothing to say, if it may be. */
export interface Field {
  readonly name: string;
  readonly type: 'text' | 'whole' | 'number' | 'boolean' | 'time' | 'texts' | 'object' | 'list' | 'any';
  readonly nullable?: true;
  readonly means: string;
}

/** What a command can print with `--json`. */
export type RecordName =
  | 'alias'
  | 'backup'
  | 'cache'
  | 'check'
  | 'collection'
  | 'created key'
  | 'diff'
  | 'download'
  | 'entry'
  | 'folder check'
  | 'garbage'
  | 'identity'
  | 'key'
  | 'lineage'
  | 'logged version'
  | 'planned entry'
  | 'planned file'
  | 'plotted version'
  | 'project'
  | 'release'
  | 'removed version'
  | 'restored store'
  | 'run'
  | 'run with its versions'
  | 'server'
  | 'setting'
  | 'status'
  | 'store check'
  | 'synced version'
  | 'version'
  | 'version with its runs';

const scope: readonly Field[] = [
  { name: 'entity', type: 'text', means: 'who owns the project' },
  { name: 'project', type: 'text', means: 'the project' },
];

const version: readonly Field[] = [
  ...scope,
  { name: 'name', type: 'text', means: 'the collection' },
  { name: 'version', type: 'text', means: 'such as `v3`' },
  { name: 'type', type: 'text', means: 'of the collection' },
  { name: 'digest', type: 'text', means: 'of the content' },
  { name: 'aliases', type: 'texts', means: 'names that point to it' },
  { name: 'tags', type: 'texts', means: 'words about it' },
  { name: 'size', type: 'whole', means: 'of all entries whose size is known, in bytes' },
  { name: 'files', type: 'whole', means: 'how many entries it has' },
  { name: 'description', type: 'text', nullable: true, means: 'free text' },
  { name: 'metadata', type: 'object', means: 'as it was logged or edited' },
  { name: 'created', type: 'time', means: 'when it was logged' },
  { name: 'id', type: 'text', means: 'unique in the store' },
];

const run: readonly Field[] = [
  { name: 'id', type: 'text', means: 'unique in the store' },
  ...scope,
  { name: 'name', type: 'text', nullable: true, means: 'free text' },
  { name: 'jobType', type: 'text', nullable: true, means: 'what kind of step it is' },
  { name: 'state', type: 'text', means: '`running`, `finished`, `failed` or `crashed`' },
  { name: 'started', type: 'time', means: 'when it began' },
  { name: 'ended', type: 'time', nullable: true, means: 'when it ended' },
  { name: 'error', type: 'text', nullable: true, means: 'why it failed' },
  { name: 'config', type: 'object', means: 'what it was started with' },
];

const key: readonly Field[] = [
  { name: 'id', type: 'text', means: 'names it, and opens nothing' },
  { name: 'user', type: 'text', means: 'whose it is' },
  { name: 'name', type: 'text', means: 'what it is called' },
  { name: 'start', type: 'text', means: 'how its secret begins' },
  { name: 'scopes', type: 'list', means: '`entity`, `project`, `role`; `*` means all' },
  { name: 'createdBy', type: 'text', nullable: true, means: 'who made it; `null` at the machine itself' },
  { name: 'created', type: 'time', means: 'when that was' },
  { name: 'expires', type: 'time', nullable: true, means: 'from when it is not accepted' },
  { name: 'revoked', type: 'time', nullable: true, means: 'when it was ended' },
  { name: 'lastUsed', type: 'time', nullable: true, means: 'to the minute' },
];

/** What each command prints with `--json`, by the name of the record. Fields are added, never renamed or taken away. */
export const records: Readonly<Record<RecordName, readonly Field[]>> = {
  collection: [
    ...scope,
    { name: 'name', type: 'text', means: 'the collection' },
    { name: 'type', type: 'text', means: 'of its artifacts' },
    { name: 'latest', type: 'text', nullable: true, means: 'the version that `latest` names, such as `v3`' },
    { name: 'versions', type: 'whole', means: 'how many there are' },
    { name: 'aliases', type: 'object', means: 'the version of each alias' },
    { name: 'size', type: 'whole', nullable: true, means: 'of the latest version, in bytes' },
    { name: 'created', type: 'time', means: 'when its first version was logged' },
    { name: 'updated', type: 'time', means: 'when its newest version was logged' },
  ],
  version,
  'version with its runs': [
    ...version,
    { name: 'ttl', type: 'whole', nullable: true, means: 'for how long it is kept, in seconds' },
    {
      name: 'loggedBy',
      type: 'object',
      nullable: true,
      means:
        'the run that logged it: `id`, `name`, `jobType`, `state`, `started`, `ended`, `error`, `config`',
    },
    { name: 'uses', type: 'whole', means: 'how many runs used it' },
  ],
  'logged version': [
    ...version,
    { name: 'isNew', type: 'boolean', means: 'whether it is new; else a version had this content' },
    { name: 'sentBytes', type: 'whole', means: 'of files that the store lacked' },
    { name: 'reusedBytes', type: 'whole', means: 'of files that it had' },
    {
      name: 'changes',
      type: 'object',
      nullable: true,
      means:
        'against the version before it: how many entries are `added`, `changed`, `moved`, `removed`, `same`',
    },
  ],
  'planned entry': [
    { name: 'path', type: 'text', means: 'in the artifact' },
    { name: 'size', type: 'whole', nullable: true, means: 'in bytes' },
  ],
  download: [
    ...scope,
    { name: 'name', type: 'text', means: 'the collection' },
    { name: 'version', type: 'text', means: 'such as `v3`' },
    { name: 'folder', type: 'text', means: 'where the files are' },
    { name: 'files', type: 'whole', means: 'how many entries were asked for' },
    { name: 'writtenBytes', type: 'whole', means: 'of files that were not there, or not right' },
    { name: 'reusedBytes', type: 'whole', means: 'of files that were there and right' },
    { name: 'verified', type: 'boolean', means: 'whether all files were read again afterwards' },
  ],
  'planned file': [
    { name: 'path', type: 'text', means: 'in the folder' },
    { name: 'action', type: 'text', means: '`write`, `replace` or `remove`' },
  ],
  'folder check': [
    ...scope,
    { name: 'name', type: 'text', means: 'the collection' },
    { name: 'version', type: 'text', means: 'such as `v3`' },
    { name: 'folder', type: 'text', means: 'what was compared with it' },
    { name: 'ok', type: 'boolean', means: 'whether nothing is changed or missing' },
    { name: 'right', type: 'whole', means: 'how many files are as they should be' },
    { name: 'changed', type: 'texts', means: 'paths with other bytes' },
    { name: 'missing', type: 'texts', means: 'paths that are not there' },
    { name: 'unverified', type: 'texts', means: 'references that can be compared with nothing' },
    { name: 'extra', type: 'texts', means: 'files and folders that are not in the version' },
  ],
  'store check': [
    {
      name: 'ok',
      type: 'boolean',
      means: 'whether every version can be read, and no byte is other than it was',
    },
    { name: 'problems', type: 'list', means: 'the first 1,000: `kind`, `message`, `versions` and more' },
    { name: 'problemCount', type: 'whole', means: 'how many there are' },
    { name: 'repaired', type: 'list', means: 'what was wrong and was mended' },
    { name: 'packs', type: 'whole', means: 'how many were read' },
    { name: 'records', type: 'whole', means: 'how many they have' },
    { name: 'bytes', type: 'whole', means: 'of these' },
    { name: 'versions', type: 'whole', means: 'how many were looked at' },
    { name: 'entries', type: 'whole', means: 'how many they have' },
  ],
  'removed version': [
    ...scope,
    { name: 'name', type: 'text', means: 'the collection' },
    { name: 'version', type: 'text', means: 'such as `v3`' },
    { name: 'aliases', type: 'texts', means: 'names that point to it' },
    { name: 'size', type: 'whole', means: 'of all entries whose size is known, in bytes' },
    {
      name: 'frees',
      type: 'whole',
      nullable: true,
      means: 'what only it needs, in bytes; `null` if the store is a server',
    },
  ],
  garbage: [
    {
      name: 'freedBytes',
      type: 'whole',
      means: 'by which the files of the store shrank, or would about shrink',
    },
    {
      name: 'objects',
      type: 'whole',
      nullable: true,
      means: 'how many blobs and parts of blobs were removed',
    },
    { name: 'packsRemoved', type: 'whole', nullable: true, means: 'files of packs' },
    { name: 'packsWritten', type: 'whole', nullable: true, means: 'files of packs' },
    { name: 'leftovers', type: 'whole', nullable: true, means: 'files that somebody who died left behind' },
    {
      name: 'keptBytes',
      type: 'object',
      nullable: true,
      means: 'what nothing needs and stays, by why: `young`, `tolerated`, `damaged`, `disk_full`',
    },
  ],
  key,
  'created key': [...key, { name: 'secret', type: 'text', means: 'what it is used as; told this once' }],
  identity: [
    { name: 'user', type: 'text', means: 'whose key it is' },
    { name: 'admin', type: 'boolean', means: 'whether all projects and users are theirs to manage' },
    { name: 'server', type: 'text', means: 'its URL' },
    { name: 'key', type: 'object', means: 'the key, as `cairn key list` prints it' },
  ],
  project: [...scope, { name: 'role', type: 'text', means: '`read`, `write` or `admin`' }],
  server: [
    { name: 'url', type: 'text', means: 'where it can be reached' },
    {
      name: 'setupUrl',
      type: 'text',
      nullable: true,
      means: 'what the first key is made by, as long as there is no admin',
    },
    { name: 'store', type: 'text', means: 'the folder or bucket that it serves' },
  ],
  backup: [
    { name: 'folder', type: 'text', means: 'where the backup is' },
    { name: 'store', type: 'text', means: 'what it is one of' },
    { name: 'bytes', type: 'whole', means: 'of all packs' },
    { name: 'copiedBytes', type: 'whole', means: 'of the packs that were not there already' },
    { name: 'packs', type: 'whole', means: 'how many there are' },
    { name: 'copiedPacks', type: 'whole', means: 'how many were not there already' },
  ],
  'restored store': [
    { name: 'folder', type: 'text', means: 'where the store is' },
    { name: 'backup', type: 'text', means: 'what it was made of' },
    { name: 'versions', type: 'whole', means: 'how many it has' },
    { name: 'bytes', type: 'whole', means: 'that were read and verified' },
  ],
  'synced version': [
    ...scope,
    { name: 'name', type: 'text', means: 'the collection' },
    { name: 'version', type: 'text', means: 'such as `v3`, in the store that it came from' },
    {
      name: 'there',
      type: 'text',
      nullable: true,
      means: 'in the other store; `null` if it was deleted there',
    },
    { name: 'isNew', type: 'boolean', means: 'whether it is new there' },
  ],
  cache: [
    { name: 'folder', type: 'text', means: 'where it is' },
    { name: 'bytes', type: 'whole', means: 'what it takes, or still takes' },
    { name: 'files', type: 'whole', means: 'how many there are, or are left' },
    { name: 'freedBytes', type: 'whole', means: 'what was removed, or would be' },
  ],
  check: [
    { name: 'check', type: 'text', means: 'what was looked at' },
    { name: 'ok', type: 'boolean', means: 'whether it is as it should be' },
    { name: 'found', type: 'text', means: 'how it is' },
    { name: 'fix', type: 'text', nullable: true, means: 'what to do about it' },
  ],
  run,
  'run with its versions': [
    ...run,
    { name: 'used', type: 'texts', means: 'the versions it used, as `entity/project/name:v3`' },
    { name: 'logged', type: 'texts', means: 'the versions it logged' },
  ],
  'plotted version': [
    ...version,
    { name: 'plot', type: 'any', nullable: true, means: 'the value that was asked for' },
  ],
  entry: [
    { name: 'path', type: 'text', means: 'in the artifact' },
    { name: 'kind', type: 'text', means: '`file` or `reference`' },
    { name: 'size', type: 'whole', nullable: true, means: 'in bytes' },
    { name: 'digest', type: 'text', means: 'of its bytes, or what is known of the reference' },
    { name: 'uri', type: 'text', nullable: true, means: 'of a reference' },
    { name: 'verified', type: 'boolean', means: 'whether there is something to check its bytes against' },
  ],
  diff: [
    { name: 'from', type: 'text', means: 'the first version' },
    { name: 'to', type: 'text', means: 'the second one' },
    { name: 'same', type: 'boolean', means: 'whether nothing of what was asked for differs' },
    { name: 'added', type: 'list', means: 'entries' },
    { name: 'removed', type: 'list', means: 'entries' },
    { name: 'changed', type: 'list', means: '`before` and `after`, entries at one path' },
    { name: 'moved', type: 'list', means: '`before` and `after`, entries with the same bytes at two paths' },
    {
      name: 'metadata',
      type: 'list',
      means: '`kind` (`added`, `removed`, `changed`), `path`, `before`, `after`',
    },
  ],
  alias: [
    { name: 'name', type: 'text', means: 'the collection' },
    { name: 'alias', type: 'text', means: 'the alias' },
    { name: 'version', type: 'text', means: 'the version it points to' },
  ],
  lineage: [
    {
      name: 'nodes',
      type: 'list',
      means: 'the start first; `kind` is `version` or `run`, `deleted` tells of a version that is no more',
    },
    { name: 'edges', type: 'list', means: '`from` and `to`, ids, along the flow of data' },
    { name: 'beyond', type: 'object', means: 'how many neighbours of a node, by its id, were left out' },
  ],
  status: [
    { name: 'store', type: 'text', means: 'the folder or the URL' },
    { name: 'exists', type: 'boolean', means: 'whether there is a store; of a server nothing is asked' },
    ...scope,
    { name: 'profile', type: 'text', means: 'the profile that holds' },
    { name: 'projectFile', type: 'text', nullable: true, means: 'the project’s settings, if there are any' },
    { name: 'userFile', type: 'text', means: 'the user’s settings, which may not be there' },
  ],
  setting: [
    { name: 'key', type: 'text', means: 'what is set' },
    { name: 'value', type: 'text', means: 'to what' },
    { name: 'source', type: 'text', means: '`flag`, `environment`, `project file` or `user file`' },
    { name: 'origin', type: 'text', means: 'the flag, the variable or the file' },
  ],
  release: [
    { name: 'version', type: 'text', means: 'of the command line' },
    { name: 'node', type: 'text', means: 'version of Node' },
    { name: 'system', type: 'text', means: 'operating system and processor' },
  ],
};
