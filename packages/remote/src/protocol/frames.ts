import { CairnError } from '@cairn/core';

/**
 * One of the digests that were asked for, and what there is of it. Every digest has one frame, in any order, so an answer that
 * ends before all were there was cut.
 */
export type Frame =
  | { readonly kind: 'bytes'; readonly index: number; readonly bytes: Uint8Array }
  /** It is to be read by itself. */
  | { readonly kind: 'large'; readonly index: number; readonly size: number }
  /** The project has no such blob. */
  | { readonly kind: 'missing'; readonly index: number }
  /** The store has it no more as it was. */
  | { readonly kind: 'damaged'; readonly index: number };

/** Of each frame: the index, the kind, and the size, little-endian in 4, 4 and 8 bytes. The bytes follow. */
export const frameHeaderBytes = 16;

const kinds = ['bytes', 'large', 'missing', 'damaged'] as const;

/** A frame as it is sent; the bytes of a blob come as they are. */
export function encodeFrame(frame: Frame): Uint8Array[] {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32LE(frame.index, 0);
  header.writeUInt32LE(kinds.indexOf(frame.kind), 4);
  if (frame.kind === 'large') header.writeBigUInt64LE(BigInt(frame.size), 8);
  if (frame.kind !== 'bytes') return [header];
  header.writeBigUInt64LE(BigInt(frame.bytes.length), 8);
  return [header, frame.bytes];
}

/**
 * The frames of an answer, as they come. It may end within a frame, which is left out.
 *
 * @param maxBytes The longest blob that is taken.
 * @throws CairnError `unsupported_format` when these are no frames.
 */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Frame, void, undefined> {
  const pending = new Pending();
  for await (const chunk of chunks) {
    pending.add(chunk);
    for (let frame = pending.take(maxBytes); frame !== undefined; frame = pending.take(maxBytes)) {
      yield frame;
    }
  }
}

/** What came and was not taken yet. */
class Pending {
  #chunks: Uint8Array[] = [];
  #length = 0;

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  take(maxBytes: number): Frame | undefined {
    if (this.#length < frameHeaderBytes) return undefined;
    const header = this.#peek(frameHeaderBytes);
    const index = header.readUInt32LE(0);
    const kind = kinds[header.readUInt32LE(4)];
    const size = Number(header.readBigUInt64LE(8));
    if (kind === undefined || !Number.isSafeInteger(size) || (kind === 'bytes' && size > maxBytes)) {
      throw new CairnError('unsupported_format', 'the answer does not consist of frames');
    }
    if (kind === 'large') return this.#taken(frameHeaderBytes, { kind, index, size });
    if (kind !== 'bytes') return this.#taken(frameHeaderBytes, { kind, index });
    if (this.#length < frameHeaderBytes + size) return undefined;
    const bytes = this.#peek(frameHeaderBytes + size).subarray(frameHeaderBytes);
    return this.#taken(frameHeaderBytes + size, { kind, index, bytes });
  }

  /** The next bytes in one piece. */
  #peek(count: number): Buffer {
    let first = this.#chunks[0] as Uint8Array;
    if (first.length < count) {
      first = Buffer.concat(this.#chunks);
      this.#chunks = [first];
    }
    return Buffer.from(first.buffer, first.byteOffset, count);
  }

  #taken(count: number, frame: Frame): Frame {
    const first = this.#chunks[0] as Uint8Array;
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#length -= count;
    return frame;
  }
}
