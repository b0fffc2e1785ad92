import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type GsPlace,
  namedGsPlace,
  namedS3Place,
  type RunningServer,
  type S3Place,
  s3Place,
  startFakeGcsServer,
  startNginx,
} from '@cairn/testing';

/** A server that was started here, or that the environment names. */
interface Started<Place> {
  readonly place: Place;
  stop(): Promise<void>;
}

/** @param startOwn Which one to start where none is named. */
export async function startS3(startOwn: () => Promise<RunningServer>): Promise<Started<S3Place>> {
  const place = namedS3Place();
  if (place !== undefined) return { place, stop: async () => undefined };
  const running = await startOwn();
  return { place: s3Place(running), stop: running.stop };
}

export async function startGs(): Promise<Started<GsPlace>> {
  const place = namedGsPlace();
  if (place !== undefined) return { place, stop: async () => undefined };
  const running = await startFakeGcsServer();
  return { place: running, stop: running.stop };
}

/** A web server, and the files that it serves. */
export interface WebPlace {
  readonly endpoint: string;
  /** Makes or replaces the file whose path a URL has. */
  put(url: string, bytes: Uint8Array): Promise<void>;
  delete(url: string): Promise<void>;
}

export async function startWeb(): Promise<Started<WebPlace>> {
  const nginx = await startNginx();
  if (nginx === undefined) throw new Error('nginx is not installed');
  const { endpoint, root, stop } = nginx;
  const fileOf = (url: string) => join(root, decodeURIComponent(new URL(url).pathname));
  // It makes its ETags of the size and the second.
  let second = 1_700_000_000;
  return {
    stop,
    place: {
      endpoint,
      async put(url, bytes) {
        mkdirSync(dirname(fileOf(url)), { recursive: true });
        writeFileSync(fileOf(url), bytes);
        utimesSync(fileOf(url), ++second, second);
      },
      delete: async (url) => rmSync(fileOf(url)),
    },
  };
}
