import type { IncrementalHash } from '@cairn/core';
import type { IngestContext } from '../ingest/ingestor.js';
import { NewFile } from './new-file.js';
import { PackWindow } from './pack-window.js';
import { type Compared, PresentFile } from './present-file.js';
import { type PlacedRecord, type Restored, type Target, unreadable } from './restore-files.js';

/** A new file, of whose blob some is written. */
interface Written {
  readonly file: NewFile;
  readonly hash: IncrementalHash;
  readonly window: PackWindow;
}

/**
 * A file that is to become a large blob's bytes, synchronously and a part at a time: what is there is compared, and if it isn't
 * right, another one is written.
 */
export class LargeFile {
  readonly #context: IngestContext;
  readonly #target: Target;
  #present: PresentFile | undefined;
  #written: Written | undefined;

  constructor(context: IngestContext, target: Target) {
    this.#context = context;
    this.#target = target;
    this.#present = PresentFile.open(context, target);
  }

  /** Whether what is there may be right. Then {@link compare} finds out. */
  get mayBeRight(): boolean {
    return this.#present !== undefined;
  }

  /** Reads on in what is there. */
  compare(): Compared {
    const { chunker, partBytes } = this.#context;
    const compared = (this.#present as PresentFile).compare(chunker.buffer.subarray(0, partBytes));
    if (compared.isEnd) this.#present = undefined;
    return compared;
  }

  /**
   * Writes the next records, and after the last ones gives the file its name if all of its bytes are right. Says what became of
   * it once that is known.
   *
   * @throws CairnError `path_conflict`, `storage_full`, `storage_readonly`, `forbidden`, …
   */
  write(records: readonly PlacedRecord[], isLast: boolean): Restored | undefined {
    let isOver = true;
    try {
      const restored = this.#write(records, isLast);
      isOver = restored !== undefined;
      return restored;
    } finally {
      if (isOver) this.close();
    }
  }

  /** Leaves nothing open, and nothing of a file that has no name yet. Never fails. */
  close(): void {
    this.#present?.close();
    this.#present = undefined;
    this.#written?.window.close();
    this.#written?.file.abandon();
    this.#written = undefined;
  }

  #write(records: readonly PlacedRecord[], isLast: boolean): Restored | undefined {
    const { file, hash, window } = this.#begun();
    window.announce(records);
    for (const record of records) {
      const bytes = window.read(record);
      if (bytes === undefined) return unreadable;
      hash.update(bytes);
      file.write(bytes);
    }
    if (!isLast) return undefined;
    if (hash.digest() !== this.#target.digest) return unreadable;
    return { outcome: 'written', stamp: file.publish() };
  }

  #begun(): Written {
    const { fs, files, hasher, chunker } = this.#context;
    this.#written ??= {
      file: new NewFile(fs, this.#target.path),
      hash: hasher.create(),
      window: new PackWindow(files, chunker.buffer),
    };
    return this.#written;
  }
}
