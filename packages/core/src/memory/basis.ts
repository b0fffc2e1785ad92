/** The basis of all commits: nothing is ever removed from memory. */
export const memoryBasis = '0';
