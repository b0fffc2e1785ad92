import { randomBytes } from './random-bytes.js';

const piece = 1 << 20;
const inserts = 21;
const overwrites = 21;

/** One change of a file: what is put in at an offset of the first version, and how much of that version it replaces. */
export interface Edit {
  readonly at: number;
  readonly replaced: number;
  readonly bytes: Buffer;
}

/** The first version, in pieces. */
export function* largeFile(size: number, seed: string): Generator<Buffer> {
  const random = randomBytes(seed);
  for (let left = size; left > 0; left -= piece) yield random.take(Math.min(left, piece));
}

/** The second version, in pieces: the first one with {@link edits}. */
export function* editedFile(size: number, seed: string): Generator<Buffer> {
  const random = randomBytes(seed);
  let at = 0;
  for (const edit of edits(size, seed)) {
    for (; at < edit.at; at += piece) yield random.take(Math.min(edit.at - at, piece));
    yield edit.bytes;
    random.take(edit.replaced);
    at = edit.at + edit.replaced;
  }
  for (; at < size; at += piece) yield random.take(Math.min(size - at, piece));
}

/** 21 inserts of about 1 KiB and 21 overwrites of 64 KiB (less in a file too small for them), in turn, one in each 42nd. */
export function edits(size: number, seed: string): Edit[] {
  const random = randomBytes(`${seed} edits`);
  const count = inserts + overwrites;
  const room = Math.floor(size / count);
  return Array.from({ length: count }, (_, i) => {
    const isInsert = i % 2 === 0;
    const length = isInsert ? random.between(900, 1100) : Math.min(65_536, room >> 1);
    const replaced = isInsert ? 0 : length;
    return { at: i * room + random.between(0, room - replaced), replaced, bytes: random.take(length) };
  });
}
