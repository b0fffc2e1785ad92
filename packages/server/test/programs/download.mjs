import { Api } from '@cairn/sdk';

const [store, apiKey, root] = process.argv.slice(2);
const version = await new Api({ store, apiKey, entity: 'acme', project: 'bikes' }).artifact('data');
await version.download({ root });
