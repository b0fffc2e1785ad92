import { parentPort, workerData } from 'node:worker_threads';
import { loadHasher } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { packFiles } from '../encryption/encrypted-files.js';
import { createWork } from './ports.js';
import { sendError } from './sent-error.js';
import type { Answer, Call, WorkerOptions } from './worker-port.js';

/* Does the work of a port in a thread of its own: one call after the other. */

const { algorithm, dataKey, ...place } = workerData as WorkerOptions;
const hasher = await loadHasher(algorithm);
const { sync: fs } = nodeFileSystem;
const work = createWork({ ...place, fs, files: packFiles(fs, dataKey), hasher });

parentPort?.on('message', ({ method, args }: Call) => {
  let answer: Answer;
  try {
    answer = { result: (work[method] as (...args: readonly unknown[]) => unknown).call(work, ...args) };
  } catch (error) {
    answer = { error: sendError(error) };
  }
  parentPort?.postMessage(answer);
});
