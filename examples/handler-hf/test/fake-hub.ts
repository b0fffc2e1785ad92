import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpFault, type HttpServer, startHttpServer } from '@cairn/conformance/servers';

type Files = ReadonlyMap<string, Uint8Array>;

/** How the Hub answers: as it should, never to you, with half a listing, or with a page for people. */
type Mood = 'well' | 'forbidden' | 'cut' | 'nonsense';

export interface FakeHub {
  readonly endpoint: string;
  readonly storage: HttpServer;
  /** The credentials that came with each request. */
  readonly tokens: readonly (string | undefined)[];
  /** Makes, changes or removes a file by a commit of its own. Returns its URI. */
  commit(path: string, bytes?: Uint8Array): string;
  /** Spoils what the storage sends of a file from now on. */
  spoil(uri: string, fault: HttpFault): void;
  be(mood: Mood): void;
  close(): Promise<void>;
}

/**
 * A Hub on this machine with one dataset, `cairn/tests`, that keeps all its commits. Large files (`*.bin`) are in a storage on
 * another origin, as at the real one; it is a server of the kit's, whose answers go wrong as ordered.
 */
export async function startFakeHub(): Promise<FakeHub> {
  const storage = await startHttpServer();
  const commits: Files[] = [new Map()];
  const tokens: (string | undefined)[] = [];
  let mood: Mood = 'well';

  function commit(path: string, bytes?: Uint8Array): string {
    const files = new Map(commits.at(-1));
    if (bytes === undefined) files.delete(path);
    else {
      files.set(path, bytes);
      if (isLarge(path)) storage.put(placeOf(bytes), { bytes, etag: 'none' });
    }
    commits.push(files);
    return root + path;
  }

  function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    tokens.push(headers.authorization);
    const [, api, revision = '', encoded = ''] = route.exec(url) ?? [];
    const at = revision === 'main' ? commits.length - 1 : Number.parseInt(revision, 16);
    const path = decodeURIComponent(encoded);
    const bytes = commits[at]?.get(path);
    if (mood === 'forbidden') response.writeHead(403).end();
    else if (mood === 'nonsense') response.end('<h1>We will be back soon</h1>');
    else if (api) list(at, response);
    else if (bytes === undefined) response.writeHead(404).end();
    else if (isLarge(path)) response.writeHead(302, { location: storage.origin + placeOf(bytes) }).end();
    else response.end(bytes);
  }

  function list(at: number, response: ServerResponse): void {
    const siblings = [...(commits[at] ?? [])].map(describe);
    const text = Buffer.from(JSON.stringify({ sha: at.toString(16).padStart(40, '0'), siblings }));
    response.setHeader('content-length', text.length);
    if (mood === 'cut') response.write(text.subarray(0, text.length / 2), () => response.destroy());
    else response.end(text);
  }

  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    storage,
    tokens,
    commit,
    spoil(uri, fault) {
      const bytes = commits.at(-1)?.get(uri.slice(root.length));
      if (bytes !== undefined) storage.order(placeOf(bytes), fault, { times: Number.POSITIVE_INFINITY });
    },
    be(now) {
      mood = now;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await storage.close();
    },
  };
}

const root = 'hf://datasets/cairn/tests/';
const route = /^(\/api)?\/datasets\/cairn\/tests\/(?:revision|resolve)\/(\w+)\/?([^?]*)/;

function describe([rfilename, bytes]: [string, Uint8Array]) {
  const file = { rfilename, size: bytes.length, blobId: hash('sha1', bytes) };
  return isLarge(rfilename) ? { ...file, lfs: { sha256: hash('sha256', bytes), size: bytes.length } } : file;
}

/** Where the storage has a file, with a signature. */
function placeOf(bytes: Uint8Array): string {
  return `/${hash('sha256', bytes)}?X-Amz-Signature=s`;
}

function isLarge(path: string): boolean {
  return path.endsWith('.bin');
}

function hash(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
