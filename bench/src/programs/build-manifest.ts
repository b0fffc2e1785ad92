import { writeManifest } from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import { makeEntries, policy } from '../entries.js';

const entries = [...makeEntries(Number(process.argv[2]))];
const start = performance.now();
await writeManifest(entries, memoryBlobStore(), policy);
console.log(JSON.stringify({ build: performance.now() - start }));
