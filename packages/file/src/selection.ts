/**
 * Which entries of a folder to take, by globs that see an entry's path below the folder, such as `a/cat.png`. `*`
 * also matches names that start with a dot; a glob with a slash at its end means a folder and all in it.
 */
export interface Selection {
  /** Only files that match one of these. Default: all. */
  readonly include?: readonly string[] | undefined;
  /** No files and folders that match one of these; such a folder is not entered. Default: none. */
  readonly exclude?: readonly string[] | undefined;
}

type Test = (path: string) => boolean;

/** What a selection says of a path below the folder. */
export interface SelectionTests {
  readonly isIncluded: Test;
  readonly isExcluded: Test;
}

export async function selectionTests({ include, exclude }: Selection): Promise<SelectionTests> {
  return {
    isIncluded: include === undefined ? () => true : await matcher(include),
    isExcluded: exclude === undefined ? () => false : await matcher(exclude),
  };
}

/** Loads the library for globs only where there are some: most programs never use it. */
async function matcher(globs: readonly string[]): Promise<Test> {
  const { default: picomatch } = await import('picomatch');
  const patterns = globs.map((glob) => (glob.endsWith('/') ? `${glob}**` : glob));
  // Paths of entries are separated by / on every system.
  return picomatch(patterns, { dot: true, windows: false });
}
