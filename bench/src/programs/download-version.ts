import { Api } from '@cairn/sdk';

// What a program of a user does who wants the files of a version.
const [store, root] = process.argv.slice(2);
const version = await new Api({ store }).artifact('objects');
await version.download({ root });
