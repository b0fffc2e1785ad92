import type { BlobStore, Store } from '@cairn/core';
import { memoryStoreWithFiles } from './memory-store.js';

/** A store whose uploads wait at a gate, and that notes how many wait there at once. */
export interface GatedStore extends Store {
  /** Lets the upload that contains this text go on, and all later ones of it. */
  open(text: string): void;
  openAll(): void;
  readonly waiting: ReadonlySet<string>;
}

export function gatedStore(): GatedStore {
  const inner = memoryStoreWithFiles();
  const waiting = new Set<string>();
  const opened = new Set<string>();
  let isOpen = false;
  const wake = new EventTarget();
  async function pass(text: string): Promise<void> {
    while (!isOpen && !opened.has(text)) {
      waiting.add(text);
      await new Promise((resolve) => wake.addEventListener('open', resolve, { once: true }));
    }
    waiting.delete(text);
  }
  const blobs: BlobStore = {
    ...inner.blobs,
    async *put(sources, options) {
      const all = [];
      for await (const source of sources) {
        if (source.kind === 'bytes' && source.bytes.length < 100)
          await pass(Buffer.from(source.bytes).toString());
        all.push(source);
      }
      yield* inner.blobs.put(all, options);
    },
  };
  return {
    ...inner,
    blobsOf: () => blobs,
    waiting,
    open(text) {
      opened.add(text);
      wake.dispatchEvent(new Event('open'));
    },
    openAll() {
      isOpen = true;
      wake.dispatchEvent(new Event('open'));
    },
  };
}
