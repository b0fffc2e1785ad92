import type { Readable } from 'node:stream';
import {
  CairnError,
  type CallOptions,
  type ContentAlgorithm,
  type ContentDigest,
  type ProjectRef,
} from '@cairn/core';
import { json } from '../catalog/asking.js';
import type { Answer, Connection } from '../http/connection.js';
import { garbled } from '../http/failures.js';
import type { Retry } from '../http/retry.js';
import {
  algorithmHeader,
  type BasisAnswer,
  type BlobPlan,
  basisAnswer,
  basisHeader,
  blobPlan,
  decodeBitmap,
  digestsType,
  maxMissingDigests,
  type PackPlan,
  packAnswer,
  packPlan,
  packType,
  routes,
} from '../protocol/index.js';

/** What can be asked about the blobs of one project. Digests are raw, of 32 bytes. */
export interface ProjectWire {
  readonly algorithm: ContentAlgorithm;
  readonly connection: Connection;
  basis(options: CallOptions): Promise<BasisAnswer>;
  /** A byte for each digest: 1 when the project has it not. */
  missing(digests: readonly Uint8Array[], options: CallOptions): Promise<Uint8Array>;
  /** Sends a pack. Done when it is durable. */
  addPack(pack: PackBody, options: CallOptions): Promise<void>;
  /** How to write a pack of so many bytes to the bucket. */
  planPack(bytes: number, options: CallOptions): Promise<PackPlan>;
  /** Adds the pack that was written to the bucket as planned. Done when it is durable. */
  addPlannedPack(token: string, options: CallOptions): Promise<void>;
  /** An answer of frames. */
  read(digests: readonly Uint8Array[], options: CallOptions, retry: Retry): Promise<Answer>;
  /** How to read a large blob from a place on. */
  plan(digest: ContentDigest, at: number, options: CallOptions): Promise<BlobPlan>;
  /** A blob, or a part of it; its status is 416 when it has no such part. */
  get(digest: ContentDigest, range: string | undefined, options: CallOptions, retry: Retry): Promise<Answer>;
}

export interface PackBody {
  /** In bytes. */
  readonly size: number;
  readonly basis: string;
  readonly open: () => Readable;
}

/** @param onOtherStore Called when there is another store than there was behind the server's address. */
export function projectWire(
  connection: Connection,
  { entity, project }: ProjectRef,
  { algorithm, onOtherStore }: { readonly algorithm: ContentAlgorithm; readonly onOtherStore: () => void },
): ProjectWire {
  const path = { entity, project };
  const digestsOf = (digests: readonly Uint8Array[]) => {
    const bytes = Buffer.concat(digests);
    return { headers: { 'content-type': digestsType, [algorithmHeader]: algorithm }, body: () => bytes };
  };

  async function noticing<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (CairnError.is(error, 'conflict') && !error.isRetryable) onOtherStore();
      throw error;
    }
  }

  async function missing(digests: readonly Uint8Array[], { signal }: CallOptions): Promise<Uint8Array> {
    const ask = { route: routes.missingBlobs, path, ...digestsOf(digests), signal };
    const bitmap = await noticing(connection.askBytes(ask, Math.ceil(digests.length / 8)));
    const flags = decodeBitmap(bitmap, digests.length);
    if (flags === undefined) throw garbled(connection.location);
    return flags;
  }

  return {
    algorithm,
    connection,
    basis: ({ signal }) => connection.askJson({ route: routes.basis, path, signal }, basisAnswer),
    async missing(digests, options) {
      const flags = new Uint8Array(digests.length);
      for (let at = 0; at < digests.length; at += maxMissingDigests) {
        flags.set(await missing(digests.slice(at, at + maxMissingDigests), options), at);
      }
      return flags;
    },
    async addPack({ size, basis, open }, { signal }) {
      const headers = {
        'content-type': packType,
        'content-length': String(size),
        [algorithmHeader]: algorithm,
        [basisHeader]: basis,
      };
      const ask = { route: routes.addPack, path, headers, body: open, signal };
      await noticing(connection.askJson(ask, packAnswer));
    },
    planPack: (bytes, { signal }) => {
      const ask = { route: routes.planPack, path, ...json({ bytes }), signal };
      return connection.askJson(ask, packPlan);
    },
    async addPlannedPack(token, { signal }) {
      const { headers, body } = json({ token });
      const said = { ...headers, [algorithmHeader]: algorithm };
      const ask = { route: routes.addPlannedPack, path, headers: said, body, signal };
      await noticing(connection.askJson(ask, packAnswer));
    },
    read: (digests, { signal }, retry) =>
      noticing(connection.ask({ route: routes.readBlobs, path, ...digestsOf(digests), signal }, retry)),
    plan: (digest, at, { signal }) => {
      const ask = { route: routes.planBlob, path: { ...path, digest }, params: { at: String(at) }, signal };
      return connection.askJson(ask, blobPlan);
    },
    get: (digest, range, { signal }, retry) => {
      const headers = range === undefined ? {} : { headers: { range: `bytes=${range}` } };
      const ask = { route: routes.getBlob, path: { ...path, digest }, ...headers, alsoFine: 416, signal };
      return connection.ask(ask, retry);
    },
  };
}
