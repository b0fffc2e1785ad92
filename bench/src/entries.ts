import type { ContentDigest, FileEntry } from '@cairn/core';

/** `count` files of a made-up data set, sorted by their paths. Those that `isChanged` names have another content. */
export function* makeEntries(
  count: number,
  isChanged: (i: number) => boolean = () => false,
): Generator<FileEntry> {
  for (let i = 0; i < count; i++) {
    const folder = String(Math.floor(i / 1000)).padStart(4, '0');
    const name = String(i).padStart(8, '0');
    const digest = Math.imul(i + 1, 0x9e3779b1) >>> 0;
    // Joined, each is a text in one piece, as it comes from a hasher; one of several takes three times the memory.
    yield {
      kind: 'file',
      path: ['images/part-', folder, '/image-', name, '.png'].join(''),
      digest: ['blake3:', isChanged(i) ? 1 : 0, digest.toString(16).padStart(63, '5')].join(
        '',
      ) as ContentDigest,
      size: 1000 + (digest % 1_000_000),
    };
  }
}

export const policy = { name: 'cairn.default', config: {} };
