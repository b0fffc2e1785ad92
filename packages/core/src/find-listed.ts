import { CairnError } from './errors.js';
import { compareUtf8 } from './path.js';

/** Some objects of a listing, which is in the order of their keys, and where it goes on. */
export interface ListedPage<O, P> {
  readonly objects: readonly O[];
  readonly next: P | undefined;
}

/** Where a listing goes on: behind a key, or by a word of the source that holds for the listing of one prefix. */
export interface ListedPlace {
  readonly key: string;
  readonly token?: string | undefined;
}

/** A folder, and the first page of its listing, on which objects beside the folder may be too. */
export interface ListedFolder<O, P> {
  readonly prefix: string;
  readonly first: ListedPage<O, P>;
}

/**
 * Tells an object from a folder, for handlers whose source knows objects by keys. A key with an extension is looked at as an
 * object first, and any other is listed: an object comes first in the listing of its own key, so that either way a right guess
 * costs no request of its own.
 *
 * @param key Empty, or with a slash at its end, it names a folder in any case.
 * @param head Looks at the object of that key; `undefined` if there is none. Asked as well where listing is forbidden.
 * @param list The first page of what has a prefix.
 * @throws what `head` and `list` throw.
 */
export async function findListed<F, O extends { readonly key: string }, P extends ListedPlace>(
  key: string,
  head: () => Promise<F | undefined>,
  list: (prefix: string) => Promise<ListedPage<O, P>>,
): Promise<{ readonly object: F | O } | ListedFolder<O, P>> {
  const folder = async (prefix: string) => ({ prefix, first: await list(prefix) });
  if (key === '' || key.endsWith('/')) return folder(key);
  if (hasExtension(key)) {
    const object = await head();
    return object === undefined ? folder(`${key}/`) : { object };
  }
  let page: ListedPage<O, P>;
  try {
    page = await list(key);
  } catch (error) {
    // Who may read an object need not be allowed to list its bucket.
    const object = CairnError.is(error, 'forbidden') ? await head() : undefined;
    if (object !== undefined) return { object };
    throw error;
  }
  const { objects, next } = page;
  if (objects[0]?.key === key) return { object: objects[0] };
  const prefix = `${key}/`;
  // `images-old/` stands before `images/`, so that the page may end before the folder begins.
  if (next !== undefined && compareUtf8(next.key, prefix) < 0) return folder(prefix);
  const place = next?.key.startsWith(prefix) ? { ...next, token: undefined } : undefined;
  return { prefix, first: { objects, next: place } };
}

/** `model.h5`, but not `v1.0`. */
function hasExtension(key: string): boolean {
  return /[^/.]\.[a-z][a-z0-9]*$/i.test(key);
}
