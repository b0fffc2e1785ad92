import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CairnError, type ContentAlgorithm } from '@cairn/core';
import type { ChunkerParams } from '../chunker/chunker-params.js';
import type { DataKey } from '../encryption/pack-cipher.js';
import type { Port } from './ports.js';
import { reviveError, type SentError } from './sent-error.js';

export interface WorkerOptions {
  readonly packs: string;
  readonly temp: string;
  readonly isPassage: boolean | undefined;
  readonly chunker: ChunkerParams;
  readonly algorithm: ContentAlgorithm;
  readonly dataKey: DataKey | undefined;
}

export interface Call {
  readonly method: keyof Port;
  readonly args: readonly unknown[];
}

export type Answer = { readonly result: unknown } | { readonly error: SentError };

const methods: readonly (keyof Port)[] = [
  'restore',
  'openTarget',
  'compareTarget',
  'writeTarget',
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
  /** Takes no more calls, and leaves nothing half-done. */
  stop(): Promise<void>;
}

/** Starts an ingestor in a thread of its own; `undefined` where none can be had. */
export function startWorker(workerData: WorkerOptions): StartedWorker | undefined {
  const worker = startThread(workerData);
  if (worker === undefined) return undefined;
  const waiting: { resolve(result: unknown): void; reject(error: unknown): void }[] = [];
  let failure: unknown;
  const fail = (error?: unknown) => {
    failure ??= threadEnded(error);
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('message', (answer: Answer) => {
    const call = waiting.shift();
    // A thread that nobody waits for keeps no process alive.
    if (waiting.length === 0) worker.unref();
    if ('error' in answer) call?.reject(reviveError(answer.error));
    else call?.resolve(answer.result);
  });
  worker.on('error', fail);
  worker.on('exit', () => fail());
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
      const left = call('abandon', []).catch(() => undefined);
      failure ??= threadEnded();
      await left;
      await worker.terminate();
    },
  };
}

/** A bundle lacks the file, or has one of its own by a name that is less strange; and threads may be forbidden. */
function startThread(workerData: WorkerOptions): Worker | undefined {
  const file = new URL('./cairn-store-worker.js', import.meta.url);
  try {
    // What Node was started with is for the program: --input-type would keep the thread from starting.
    return existsSync(fileURLToPath(file)) ? new Worker(file, { workerData, execArgv: [] }) : undefined;
  } catch {
    return undefined;
  }
}

function threadEnded(cause?: unknown): CairnError {
  return new CairnError('unavailable', 'a thread of the store ended before its work was done', {
    hint: 'Repeat the call. If the store was closed meanwhile, open it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
