// Prints what hashes here: native or wasm.
import { loadHasher } from '@cairn/core';

console.log((await loadHasher('blake3')).implementation);
