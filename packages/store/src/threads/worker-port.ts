import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ContentAlgorithm } from '@cairn/core';
import type { ChunkerParams } from '../chunker/chunker-params.js';
import type { Port } from './ports.js';
import { reviveError, type SentError } from './sent-error.js';

export interface WorkerOptions {
  readonly packs: string;
  readonly temp: string;
  readonly chunker: ChunkerParams;
  readonly algorithm: ContentAlgorithm;
}

export interface Call {
  readonly method: keyof Port;
  readonly args: readonly unknown[];
}

export type Answer = { readonly result: unknown } | { readonly error: SentError };

const methods: readonly (keyof Port)[] = [
  'restore',
  'readFiles',
  'takeBytes',
  'openFile',
  'readPart',
  'openBytes',
  'takePart',
  'room',
  'keep',
  'writeRecipes',
  'finish',
  'abandon',
];

export interface StartedWorker {
  readonly port: Port;
  isRunning(): boolean;
  stop(): Promise<void>;
}

/** Starts an ingestor in a thread of its own; `undefined` where its file isn't there, as in a bundle. */
export function startWorker(workerData: WorkerOptions): StartedWorker | undefined {
  const file = new URL('./worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(file))) return undefined;
  const worker = new Worker(file, { workerData });
  const waiting: { resolve(result: unknown): void; reject(error: unknown): void }[] = [];
  let failure: unknown;
  const fail = (error: unknown) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('message', (answer: Answer) => {
    const call = waiting.shift();
    // A thread that nobody waits for keeps no process alive.
    if (waiting.length === 0) worker.unref();
    if ('error' in answer) call?.reject(reviveError(answer.error));
    else call?.resolve(answer.result);
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('a thread of the store ended')));
  worker.unref();

  const call = (method: keyof Port, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting.push({ resolve, reject });
      worker.ref();
      worker.postMessage({ method, args } satisfies Call);
    });
  const port = Object.fromEntries(
    methods.map((method) => [method, (...args: unknown[]) => call(method, args)]),
  ) as unknown as Port;
  return {
    port,
    isRunning: () => failure === undefined,
    async stop() {
      await worker.terminate();
    },
  };
}
