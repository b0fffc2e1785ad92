import {
  type AnyIterable,
  CairnError,
  type ContentAlgorithm,
  type ContentDigest,
  type FileStamp,
  loadHasher,
  type Source,
} from '@cairn/core';
import { readFileChunks } from '@cairn/file';

/** Bytes that a draft can read, and read again if logging is repeated. */
export type Content =
  | { readonly kind: 'path'; readonly path: string; readonly stamp: FileStamp }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly blob: Blob };

/** In bytes. */
export function sizeOf(content: Content): number {
  switch (content.kind) {
    case 'path':
      return content.stamp.size;
    case 'bytes':
      return content.bytes.length;
    case 'blob':
      return content.blob.size;
  }
}

export function toSource(content: Content): Source {
  return content.kind === 'blob' ? { kind: 'stream', open: () => readBlob(content.blob) } : content;
}

export async function hashContent(content: Content, algorithm?: ContentAlgorithm): Promise<ContentDigest> {
  const hasher = await loadHasher(algorithm);
  const hash = hasher.create();
  for await (const chunk of read(content)) hash.update(chunk);
  return hash.digest();
}

function read(content: Content): AnyIterable<Uint8Array> {
  switch (content.kind) {
    case 'path':
      return readFileChunks(content.path, { stamp: content.stamp });
    case 'bytes':
      return [content.bytes];
    case 'blob':
      return readBlob(content.blob);
  }
}

async function* readBlob(blob: Blob): AsyncIterable<Uint8Array> {
  try {
    yield* blob.stream();
  } catch (cause) {
    throw new CairnError('source_changed', 'a blob that was added can no longer be read', {
      hint: 'Add it again, or add the file itself.',
      cause,
    });
  }
}
