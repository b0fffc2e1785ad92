import { type BlobStoreMutant, lie } from './lie.js';

export const basisMutants: readonly BlobStoreMutant[] = [
  lie('takes another basis each time', () => {
    let count = 0;
    return { basis: async () => String(count++) };
  }),
  lie('gives its basis to anybody', ({ basis }) => ({ basis: () => basis() })),
];
