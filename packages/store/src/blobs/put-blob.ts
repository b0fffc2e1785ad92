import {
  type AnyIterable,
  CairnError,
  type PutResult,
  quote,
  type Source,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { readFileChunks } from '@cairn/file';
import { attempt } from './attempt.js';
import type { BlobContext } from './context.js';
import { giveName } from './give-name.js';
import { isIntact, missing } from './read-blob.js';
import { type StagedFile, stage } from './staged-file.js';

export type Stored = Omit<PutResult, 'index'>;

/**
 * Stores the bytes of one source; its name is durable once its folder was synced. A blob that is there already is read and
 * checked every time: that costs a read, and means that to put is to repair. Nothing is written for it, except that a
 * stream can be read only once and so has to be staged before its digest is known.
 */
export async function putBlob(
  context: BlobContext,
  source: Source,
  options: TransferOptions,
): Promise<Stored> {
  if (source.kind === 'stream') {
    const chunks = counted(untilAborted(source.open(), options.signal), options);
    return stage(chunks, context, async (file) =>
      (await isIntact(context, file.digest, options)) ? found(file) : keep(context, file, options),
    );
  }
  const hash = context.hasher.create();
  let size = 0;
  for await (const chunk of counted(read(context, source, options), options)) {
    hash.update(chunk);
    size += chunk.length;
  }
  const digest = hash.digest();
  if (await isIntact(context, digest, options)) return { digest, size, created: false };
  return stage(read(context, source, options), context, async (file) => {
    if (file.digest !== digest) throw changed(source);
    return keep(context, file, options);
  });
}

/** Gives a staged file its name. Whoever has it already is kept if it is intact, else replaced. */
async function keep(context: BlobContext, file: StagedFile, options: TransferOptions): Promise<Stored> {
  const { fs, layout } = context;
  const path = layout.fileOf(file.digest);
  if (path === undefined) throw missing(file.digest);
  await file.seal();
  options.signal?.throwIfAborted();
  if (!(await giveName(fs, file.path, path))) {
    if (await isIntact(context, file.digest, options)) return found(file);
    await attempt('write', path, fs.rename(file.path, path));
  }
  return { ...found(file), created: true };
}

function found({ digest, size }: StagedFile): Stored {
  return { digest, size, created: false };
}

function read(
  { fs }: BlobContext,
  source: Exclude<Source, { kind: 'stream' }>,
  { signal }: TransferOptions,
): AnyIterable<Uint8Array> {
  if (source.kind === 'bytes') return [source.bytes];
  return readFileChunks(source.path, { fs, signal, stamp: source.stamp });
}

async function* counted(
  chunks: AnyIterable<Uint8Array>,
  { onBytes }: TransferOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}

function changed(source: Source): CairnError {
  const what = source.kind === 'path' ? quote(source.path) : 'what is to be stored';
  return new CairnError('source_changed', `${what} changed while it was being stored`, {
    hint: 'Repeat the call once nothing writes to it.',
  });
}
