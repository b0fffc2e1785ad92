import { pipeline, type Readable, Transform } from 'node:stream';
import type { OnProgress } from '@cairn/sdk';

/** The most often that is told, in milliseconds. */
const interval = 125;

/** A stream that tells how much of another one has come, as a scan: nobody knows its end. */
export function countStream(source: Readable, onProgress: OnProgress): Readable {
  let loaded = 0;
  let toldAt = performance.now();
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      loaded += chunk.length;
      if (performance.now() - toldAt >= interval) {
        toldAt = performance.now();
        const files = { done: 0, total: undefined };
        onProgress({
          ...{ phase: 'scan', loaded, total: undefined, files, reused: 0 },
          ...{ path: undefined, inFlight: [], done: false },
        });
      }
      done(null, chunk);
    },
  });
  // What goes wrong reaches who reads.
  return pipeline(source, counted, () => undefined);
}
