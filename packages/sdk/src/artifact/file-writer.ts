import type { TempFolder } from '../util/temp-folder.js';
import { warnIfUnwatched } from '../util/watched-promise.js';
import type { Content } from './content.js';
import type { Draft } from './draft.js';
import { copyBytes, Spool } from './spool.js';

/** Writes one file of an artifact, from its start to its end. */
export interface FileWriter {
  /** Appends bytes, or a text in UTF-8. Calls take effect in their order, awaited or not. */
  write(chunk: string | ArrayBuffer | ArrayBufferView): Promise<void>;
}

/** A {@link FileWriter} that the caller closes. Disposing of it without closing adds nothing. */
export interface OpenFile extends FileWriter, AsyncDisposable {
  /** Adds the file to the artifact. */
  close(): Promise<void>;
}

/** What a function writes. If it throws, nothing is left of it. */
export async function writtenBy(work: (file: FileWriter) => unknown, temp: TempFolder): Promise<Content> {
  const { write, finish, discard } = createWriter(temp);
  try {
    await work({ write });
    return await finish();
  } catch (error) {
    await discard();
    throw error;
  }
}

/**
 * A file to be closed by the caller.
 *
 * @param add Adds what was written.
 */
export function openFile(
  path: string,
  { temp, unclosed }: Draft,
  add: (finish: () => Promise<Content>) => Promise<void>,
): OpenFile {
  const { write, finish, discard } = createWriter(temp);
  const file = { path };
  unclosed.add(file);
  return {
    write,
    close() {
      unclosed.delete(file);
      return add(finish);
    },
    async [Symbol.asyncDispose]() {
      if (unclosed.delete(file)) await discard();
    },
  };
}

/** Writing, and the two ways it can end. */
interface Writing extends FileWriter {
  finish(): Promise<Content>;
  discard(): Promise<void>;
}

function createWriter(temp: TempFolder): Writing {
  const spool = new Spool(temp);
  let last: Promise<void> = Promise.resolve();
  let isOver = false;
  return {
    write(chunk) {
      if (isOver) {
        return warnIfUnwatched(Promise.reject(new TypeError('the file takes no more bytes: it is closed')));
      }
      const bytes = copyBytes(chunk);
      const written = last.then(() => spool.write(bytes));
      last = written;
      // Whoever doesn't await a write meets its failure at the end.
      written.catch(() => undefined);
      return written;
    },
    async finish() {
      isOver = true;
      await last;
      return spool.finish();
    },
    async discard() {
      isOver = true;
      await last.catch(() => undefined);
      await spool.discard();
    },
  };
}
