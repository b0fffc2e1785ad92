import { CairnError, loadHasher } from '@cairn/core';
import {
  decodeRecipe,
  decodeRows,
  defaultChunker,
  endLength,
  footerBytes,
  isIntactEnd,
  readTable,
  recipeKind,
} from '@cairn/store/engine';
import {
  algorithmHeader,
  type BlobPlan,
  encodeBitmap,
  encodeFrame,
  type Frame,
  maxReadBytes,
  type PackPlan,
  splitDigests,
} from '../src/protocol/index.js';
import { json } from './loopback-catalog.js';
import type { Reply, Request } from './loopback-server.js';

const hasher = await loadHasher('blake3');
/** Routes that say nothing of an algorithm. */
const plain: ReadonlySet<string> = new Set(['info', 'basis', 'getBlob', 'planBlob', 'planPack']);
const hexOf = (digest: Uint8Array) => Buffer.from(digest).toString('hex');

/** The records of one project. */
interface Project {
  readonly data: Map<string, Uint8Array>;
  readonly recipes: Map<string, Uint8Array>;
}

/** What a server plans for the bytes of a blob from a place on. */
export type Plan = (blob: Uint8Array, at: number) => BlobPlan;

/** Where packs are written to that a server gives places for. */
export interface Places {
  plan(bytes: number): PackPlan;
  /** What was written, for the server. */
  take(token: string): Buffer | undefined;
}

/** Answers what is about blobs. */
export function answerBlobs(plan: Plan | undefined, places: Places | undefined): (request: Request) => Reply {
  const projects = new Map<string, Project>();
  return ({ route, path, params, headers, body }) => {
    const name = `${path.entity}/${path.project}`;
    const project = projects.get(name) ?? { data: new Map(), recipes: new Map() };
    projects.set(name, project);
    const has = (hex: string) => project.data.has(hex) || project.recipes.has(hex);
    if (!plain.has(route) && headers[algorithmHeader] !== 'blake3')
      throw new CairnError('conflict', 'this store has blake3 digests');
    switch (route) {
      case 'info':
        return json({
          server: 'cairn',
          version: '0.0.0',
          api: 1,
          algorithm: 'blake3',
          chunker: defaultChunker,
          ...(plan === undefined ? {} : { direct: { downloads: true } }),
          ...(places === undefined ? {} : { direct: { downloads: false, uploads: true } }),
        });
      case 'planBlob': {
        const bytes = bytesOf(project, path.digest?.replace('blake3:', '') ?? '');
        if (plan === undefined || bytes === undefined) throw new CairnError('not_found', 'no such route');
        return json(plan(bytes, Number(params.get('at'))));
      }
      case 'planPack':
        if (places === undefined) throw new CairnError('not_found', 'no such route');
        return json(places.plan(JSON.parse(body.toString()).bytes));
      case 'addPlannedPack': {
        const pack = places?.take(JSON.parse(body.toString()).token);
        if (pack === undefined) throw new CairnError('not_found', 'no such place');
        return json({ records: addPack(project, pack) });
      }
      case 'basis':
        return json({ basis: '1' });
      case 'missingBlobs': {
        const flags = splitDigests(body, 131_072).map((digest) => (has(hexOf(digest)) ? 0 : 1));
        return { status: 200, body: encodeBitmap(Uint8Array.from(flags)) };
      }
      case 'readBlobs': {
        const frames = splitDigests(body, 4096).map((digest, i) => frameOf(project, hexOf(digest), i));
        return { status: 200, body: Buffer.concat(frames.flatMap(encodeFrame)) };
      }
      case 'addPack':
        return json({ records: addPack(project, body) });
      case 'getBlob':
        return getBlob(project, path.digest ?? '', headers.range);
      default:
        throw new CairnError('not_found', 'no such route');
    }
  };
}

function frameOf(project: Project, hex: string, index: number): Frame {
  const bytes = bytesOf(project, hex);
  if (bytes === undefined) return { kind: 'missing', index };
  return bytes.length > maxReadBytes
    ? { kind: 'large', index, size: bytes.length }
    : { kind: 'bytes', index, bytes };
}

function bytesOf({ data, recipes }: Project, hex: string): Uint8Array | undefined {
  const recipe = recipes.get(hex);
  if (recipe === undefined) return data.get(hex);
  const segments = decodeRecipe(recipe, hasher).map(({ digest }) => data.get(hexOf(digest)));
  const chunks = segments.flatMap((segment) => decodeRows(segment ?? new Uint8Array()));
  return Buffer.concat(chunks.map(({ digest }) => data.get(hexOf(digest)) ?? new Uint8Array()));
}

function addPack(project: Project, pack: Buffer): number {
  const length = endLength(pack.subarray(-footerBytes)) ?? 0;
  const end = pack.subarray(-length);
  if (!isIntactEnd(end, hasher)) throw new CairnError('integrity_mismatch', 'the pack is damaged');
  let records = 0;
  for (const { digest, kind, start, length: size } of readTable(end)) {
    const bytes = Uint8Array.from(pack.subarray(start, start + size));
    records++;
    if (kind === recipeKind) project.recipes.set(hexOf(digest), bytes);
    else if (hasher.hash(bytes) === `blake3:${hexOf(digest)}`) project.data.set(hexOf(digest), bytes);
    else throw new CairnError('integrity_mismatch', 'a record is damaged');
  }
  for (const hex of project.recipes.keys()) {
    if (hasher.hash(bytesOf(project, hex) ?? new Uint8Array()) !== `blake3:${hex}`)
      throw new CairnError('integrity_mismatch', 'a recipe is damaged');
  }
  return records;
}

function getBlob(project: Project, digest: string, range: string | undefined): Reply {
  const bytes = bytesOf(project, digest.replace('blake3:', ''));
  if (bytes === undefined) throw new CairnError('not_found', 'no such blob');
  if (range === undefined) return { status: 200, body: bytes };
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const start = Number(from);
  const end = Math.min(to === '' ? bytes.length : Number(to) + 1, bytes.length);
  if (start >= bytes.length) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  const headers = { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
  return { status: 206, headers, body: bytes.subarray(start, end) };
}
