import { type AnyIterable, type ByteRange, type CallOptions, readAll } from '../bytes.js';
import type { ContentAlgorithm, ContentDigest } from '../digest.js';
import { CairnError } from '../errors.js';
import { loadHasher } from '../hash/hasher.js';
import { quote } from '../printable.js';
import type { BlobStore, CopyRequest, CopyResult, PutResult, TransferOptions } from '../seams/blob-store.js';
import type { FileStamp, Source } from '../source.js';
import { memoryBasis } from './basis.js';

export interface MemoryBlobStoreOptions {
  /** Default: `blake3`. */
  readonly algorithm?: ContentAlgorithm | undefined;
  /** Where the bytes are kept. Default: a new map. */
  readonly contents?: Map<ContentDigest, Uint8Array> | undefined;
  /**
   * Reads a file that is to be stored; throws `source_changed` when it doesn't look like its stamp. Default: a source
   * that is a path is `not_found`, for there is no file system.
   */
  readonly readFile?: ((path: string, stamp: FileStamp | undefined) => AsyncIterable<Uint8Array>) | undefined;
  /**
   * Makes a file, whole and at once; `false` when it is there already with these bytes. Default: `copyTo` is
   * `storage_readonly`, for there is no file system.
   */
  readonly writeFile?: ((path: string, bytes: Uint8Array) => Promise<boolean>) | undefined;
}

/** A blob store that lasts as long as the process. */
export function memoryBlobStore(options: MemoryBlobStoreOptions = {}): BlobStore {
  const { algorithm = 'blake3', contents = new Map(), readFile = noFiles, writeFile } = options;

  async function read(digest: ContentDigest): Promise<Uint8Array> {
    const bytes = contents.get(digest);
    if (bytes === undefined) throw new CairnError('not_found', `the store has no blob ${digest}`);
    const hasher = await loadHasher(algorithm);
    if (hasher.hash(bytes) === digest) return bytes;
    throw new CairnError('integrity_mismatch', `the blob ${digest} is damaged`, {
      hint: 'Store its bytes again.',
    });
  }

  async function* put(
    sources: AnyIterable<Source>,
    { signal, onBytes }: TransferOptions = {},
  ): AsyncIterable<PutResult> {
    signal?.throwIfAborted();
    const hasher = await loadHasher(algorithm);
    let index = 0;
    for await (const source of sources) {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(await readAll(watch(openSource(source, readFile), { signal, onBytes })));
      const digest = hasher.hash(bytes);
      const created = !contents.has(digest);
      contents.set(digest, bytes);
      yield { index: index++, digest, size: bytes.length, created };
    }
  }

  async function* open(
    digest: ContentDigest,
    { range, signal }: CallOptions & { readonly range?: ByteRange | undefined } = {},
  ): AsyncIterable<Uint8Array> {
    signal?.throwIfAborted();
    const bytes = (await read(digest)).slice(range?.start, range?.end);
    signal?.throwIfAborted();
    if (bytes.length > 0) yield bytes;
  }

  async function* copyTo(
    files: AnyIterable<CopyRequest>,
    { signal, onBytes }: TransferOptions = {},
  ): AsyncIterable<CopyResult> {
    let index = 0;
    signal?.throwIfAborted();
    for await (const { digest, path } of files) {
      signal?.throwIfAborted();
      if (writeFile === undefined) {
        throw new CairnError('storage_readonly', `${quote(path)} can't be written: there is no file system`, {
          hint: 'Read the blob with open, or make the store with { writeFile }.',
        });
      }
      const bytes = await read(digest);
      const written = await writeFile(path, bytes);
      onBytes?.(bytes.length);
      yield { index: index++, size: bytes.length, written };
    }
  }

  return {
    algorithm,
    async basis({ signal } = {}) {
      signal?.throwIfAborted();
      return memoryBasis;
    },
    put,
    async has(digests, { signal } = {}) {
      signal?.throwIfAborted();
      return new Set(digests.filter((digest) => contents.has(digest)));
    },
    open,
    copyTo,
  };
}

function openSource(
  source: Source,
  readFile: (path: string, stamp: FileStamp | undefined) => AsyncIterable<Uint8Array>,
): AnyIterable<Uint8Array> {
  switch (source.kind) {
    case 'bytes':
      return [source.bytes];
    case 'path':
      return readFile(source.path, source.stamp);
    case 'stream':
      return source.open();
  }
}

async function* watch(
  chunks: AnyIterable<Uint8Array>,
  { signal, onBytes }: TransferOptions,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    onBytes?.(chunk.length);
    // The producer may use its memory again for the next chunk; the slice of a Buffer would share it.
    yield new Uint8Array(chunk);
  }
}

// biome-ignore lint/correctness/useYield: it always throws
async function* noFiles(path: string): AsyncIterable<Uint8Array> {
  throw new CairnError('not_found', `${quote(path)} can't be read: there is no file system`, {
    hint: 'Give the bytes themselves, or make the store with { readFile }.',
  });
}
