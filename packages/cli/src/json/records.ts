/** A field of what `--json` prints. It is always there; `null` where there is nothing to say, if it may be. */
export interface Field {
  readonly name: string;
  readonly type: 'text' | 'whole' | 'number' | 'boolean' | 'time' | 'texts' | 'object' | 'list' | 'any';
  readonly nullable?: true;
  readonly means: string;
}

/** What a command can print with `--json`. */
export type RecordName = 'collection' | 'release';

const scope: readonly Field[] = [
  { name: 'entity', type: 'text', means: 'who owns the project' },
  { name: 'project', type: 'text', means: 'the project' },
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
  release: [
    { name: 'version', type: 'text', means: 'of the command line' },
    { name: 'node', type: 'text', means: 'version of Node' },
    { name: 'system', type: 'text', means: 'operating system and processor' },
  ],
};
