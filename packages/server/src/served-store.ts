import type { Store } from '@cairn/core';
import type { LocalStore } from '@cairn/store';

/** What a server needs of a store; those of `@cairn/store` have it all. */
export type ServedStore = Store & Pick<LocalStore, 'access' | 'adoptPack' | 'blobs' | 'format' | 'sizesOf'>;
