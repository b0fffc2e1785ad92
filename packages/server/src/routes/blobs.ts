import { type ByteRange, CairnError, type ContentDigest, isContentDigest, quote } from '@cairn/core';
import {
  basisAnswer,
  bitmapType,
  blobPlan,
  digestsType,
  encodeBitmap,
  framesType,
  maxMissingDigests,
  maxReadDigests,
  type PlannedPart,
  packAnswer,
  packPlan,
  packPlanBody,
  packType,
  plannedPackBody,
  planParams,
  routes,
} from '@cairn/remote/protocol';
import type { DirectPart } from '@cairn/store/postgres';
import type { Call } from '../call.js';
import { HttpFailure } from '../http/http-failure.js';
import { type Answer, type AnyRoute, route } from '../route.js';
import { inProject } from '../rule.js';
import { gives, ok } from './answers.js';
import { framesOf } from './frames.js';
import { checkAlgorithm, readDigests } from './read-digests.js';
import { planPack, receivePack, takePlannedPack } from './receive-pack.js';

export const blobRoutes: readonly AnyRoute[] = [
  route({
    ...routes.basis,
    name: 'basis',
    summary: 'What a commit relies on: ask before finding out what is missing.',
    rule: inProject('read'),
    answers: [gives(basisAnswer, 'The basis, and how many entries a version may have.')],
    async handle({ services: { store, limits }, project, options }) {
      const basis = await store.access.blobsOf(project).basis(options);
      return ok({ basis, maxEntries: limits.entries });
    },
  }),
  route({
    ...routes.missingBlobs,
    name: 'missingBlobs',
    summary: 'Which of these digests a project lacks.',
    rule: inProject('read'),
    bodyType: digestsType,
    answers: [{ status: 200, description: 'A bit for each digest.', type: bitmapType }],
    async handle(call) {
      const { store } = call.services;
      const digests = await readDigests(call, maxMissingDigests);
      const linked = await store.access.linked(call.project, digests, call.options);
      const lacked = await store.lacks?.(digests, call.options);
      const body = encodeBitmap(linked.map((isLinked, i) => (lacked?.[i] === 1 ? 1 : 1 - isLinked)));
      return { status: 200, body, headers: { 'content-type': bitmapType } };
    },
  }),
  route({
    ...routes.addPack,
    name: 'addPack',
    summary: "Sends a pack, all of which becomes the project's.",
    rule: inProject('write'),
    bodyType: packType,
    answers: [gives(packAnswer, 'What became of it: all is durable.')],
    async handle(call) {
      checkAlgorithm(call);
      return ok({ records: await receivePack(call) });
    },
  }),
  route({
    ...routes.planPack,
    name: 'planPack',
    summary: 'How to write a large pack to the bucket itself.',
    rule: inProject('write'),
    body: packPlanBody,
    answers: [gives(packPlan, 'A signed request, which is secret, for one object of this length.')],
    async handle(call, { body: { bytes } }) {
      return ok(await planPack(call, bytes));
    },
  }),
  route({
    ...routes.addPlannedPack,
    name: 'addPlannedPack',
    summary: "Adds the pack that was written to the bucket, all of which becomes the project's.",
    rule: inProject('write'),
    body: plannedPackBody,
    answers: [gives(packAnswer, 'What became of it: all is durable.')],
    async handle(call, { body: { token } }) {
      checkAlgorithm(call);
      return ok({ records: await takePlannedPack(call, token) });
    },
  }),
  route({
    ...routes.readBlobs,
    name: 'readBlobs',
    summary: 'Many small blobs in one answer.',
    rule: inProject('read'),
    bodyType: digestsType,
    answers: [{ status: 200, description: 'A frame for each digest.', type: framesType }],
    async handle(call) {
      const { store } = call.services;
      const digests = await readDigests(call, maxReadDigests);
      const linked = await store.access.linked(call.project, digests, call.options);
      const body = framesOf(store, digests, linked, call.options);
      return { status: 200, body, headers: { 'content-type': framesType } };
    },
  }),
  route({
    ...routes.planBlob,
    name: 'planBlob',
    summary: 'How to read a large blob from the bucket itself.',
    rule: inProject('read'),
    params: planParams,
    answers: [gives(blobPlan, 'Signed requests, which are secret, for this blob and nothing else.')],
    async handle(call, { params: { at = '0' } }) {
      const { store, hasDirectDownloads } = call.services;
      const { raw } = await findBlob(call);
      if (!hasDirectDownloads) return ok({ parts: [] });
      const { signal } = call.options;
      const plan = await store.planRead?.(raw, { at: Number(at), signal });
      return ok({ parts: plan?.parts.map(toPlanned) ?? [] });
    },
  }),
  route({
    ...routes.getBlob,
    name: 'getBlob',
    summary: 'A blob, or a part of it.',
    rule: inProject('read'),
    answers: [
      { status: 200, description: 'The blob.', type: 'application/octet-stream' },
      { status: 206, description: 'The part that Range asks for.', type: 'application/octet-stream' },
    ],
    handle: answerBlob,
  }),
];

function toPlanned({ start, end, direct }: DirectPart): PlannedPart {
  if (direct === undefined) return { start, end };
  const { url, headers } = direct.request;
  return { start, end, request: { url, headers, rows: Buffer.from(direct.rows).toString('base64') } };
}

/** A blob that the project has. @throws CairnError `unsupported_format`, `not_found`. */
async function findBlob({
  services: { store },
  project,
  path,
  options,
}: Call): Promise<{ readonly digest: ContentDigest; readonly raw: Uint8Array; readonly size: number }> {
  const { digest } = path;
  if (digest === undefined || !isContentDigest(digest)) {
    throw new CairnError('unsupported_format', `${quote(digest ?? '')} is no digest of a blob`, {
      hint: 'It is blake3: or sha256:, and 64 lower-case hex digits.',
    });
  }
  const missing = () => new CairnError('not_found', `the project has no blob ${digest}`);
  if (!digest.startsWith(`${store.format.algorithm}:`)) throw missing();
  const raw = Buffer.from(digest.slice(digest.indexOf(':') + 1), 'hex');
  const [isLinked] = await store.access.linked(project, [raw], options);
  const [size] = isLinked === 1 ? await store.sizesOf([raw], options) : [];
  if (size === undefined) throw missing();
  return { digest, raw, size };
}

async function answerBlob(call: Call): Promise<Answer> {
  const { services, request, options } = call;
  const { digest, size } = await findBlob(call);
  const headers = {
    'content-type': 'application/octet-stream',
    // Never shown by a browser, whatever is in it.
    'content-disposition': 'attachment',
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
  };
  const range = rangeOf(request.headers.get('range'), size);
  const { start, end = size } = range ?? { start: 0 };
  const body = await begun(
    services.store.blobs.open(digest, range === undefined ? options : { ...options, range }),
  );
  const sent = { ...headers, 'content-length': String(end - start) };
  if (range === undefined) return { status: 200, body, headers: sent };
  return { status: 206, body, headers: { ...sent, 'content-range': `bytes ${start}-${end - 1}/${size}` } };
}

/** The same bytes, of which the first are there: what is wrong with them can still be answered. */
async function begun(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const source = chunks[Symbol.asyncIterator]();
  const first = await source.next();
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  })();
}

/** What of a blob is asked for; `undefined` for all of it, also where the header is one that may be ignored. */
function rangeOf(header: string | null, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=([0-9]{1,15})-([0-9]{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = last === undefined || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  if (start < size) return undefined; // an end before the start is no range at all
  const failure = new CairnError('unsupported_format', `the blob has only ${size} bytes`);
  throw new HttpFailure(failure, { status: 416, headers: { 'content-range': `bytes */${size}` } });
}
