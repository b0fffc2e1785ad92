import { type BlobStore, loadHasher, type ProjectRef, type Store } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { createPutter, type Putter, parseChunker, sweepTempFiles } from '@cairn/store/engine';
import { projectBlobs } from './blobs/project-blobs.js';
import { projectWire } from './blobs/project-wire.js';
import { defaultCacheDir, packFolder, projectFolder, serverFolder } from './cache/cache-folder.js';
import { type ProjectCache, projectCache } from './cache/project-cache.js';
import { forgetServerInfo, getServerInfo } from './cache/server-info.js';
import { remoteCatalog } from './catalog/remote-catalog.js';
import { bucketLine } from './direct/bucket-line.js';
import { createConnection } from './http/connection.js';
import { createDispatcher } from './http/dispatcher.js';
import { checkKey, parseAddress } from './http/server-address.js';
import { type OpenRemoteOptions, settingsOf } from './remote-options.js';

/**
 * Opens the store of a Cairn server. Asks the server what it is, the first time; later this is remembered. Whether the key opens
 * anything shows when something is asked for.
 *
 * A request that fails for a reason that may pass is repeated, and what is done twice is done once. A transfer that breaks goes
 * on where it broke: an upload with its pack of 48 MiB, a download with its next byte. Every byte that is read is checked against
 * its digest; of a part of a large blob, the server may have done so. Where the server keeps blobs in a bucket that can be reached
 * from here, large ones come from there, and large packs go there.
 *
 * @throws CairnError `uri_invalid` for a URL that can't be a server's; `unauthenticated` for what can't be a key; `unavailable`,
 * `timeout`, `rate_limited`.
 */
export async function openRemote(options: OpenRemoteOptions): Promise<Store> {
  const { cacheDir = defaultCacheDir(), maxCacheBytes = 256 * 1024 * 1024 } = options;
  const address = parseAddress(options.url);
  checkKey(options.apiKey);
  const dispatcher = options.dispatcher ?? createDispatcher(options);
  const connection = createConnection(address, dispatcher, settingsOf(options));
  const line = bucketLine(connection, dispatcher, address);
  const folder = serverFolder(cacheDir, address.location);
  const closeDispatcher = async () => {
    if (options.dispatcher === undefined) await dispatcher.destroy();
  };
  const { algorithm, chunker } = await getFormat().catch(async (error: unknown) => {
    await closeDispatcher();
    throw error;
  });
  const hasher = await loadHasher(algorithm);
  const projects = new Map<string, { readonly blobs: BlobStore; readonly cache: ProjectCache }>();
  let putter: Promise<Putter> | undefined;

  async function getFormat() {
    const info = await getServerInfo(connection, folder);
    return { algorithm: info.algorithm, chunker: parseChunker(info.chunker, address.location) };
  }

  function getPutter(): Promise<Putter> {
    putter ??= makePutter().catch((error: unknown) => {
      putter = undefined;
      throw error;
    });
    return putter;
  }

  async function makePutter(): Promise<Putter> {
    const packs = await packFolder(cacheDir);
    await sweepTempFiles(nodeFileSystem, packs, Date.now());
    return createPutter({ algorithm, chunker, folder: packs });
  }

  function openProject(project: ProjectRef) {
    const wire = projectWire(connection, project, {
      algorithm,
      onOtherStore: () => void forgetServerInfo(folder),
    });
    const cache = projectCache(projectFolder(folder, project), maxCacheBytes, hasher);
    const blobs = projectBlobs({ wire, hasher, line, cache, putter: getPutter });
    return { blobs, cache };
  }

  return {
    location: address.location,
    catalog: remoteCatalog(connection),
    blobsOf(project) {
      const key = `${project.entity}/${project.project}`;
      const open = projects.get(key) ?? openProject(project);
      projects.set(key, open);
      return open.blobs;
    },
    async close() {
      await (await putter?.catch(() => undefined))?.close();
      await Promise.all([...projects.values()].map(({ cache }) => cache.close()));
      await closeDispatcher();
    },
  };
}
