/** The names of a folder as far as they matter for telling whether two of them look alike. */
export interface SeenNames {
  count: number;
  hasOtherThanAscii: boolean;
  /** The names with capitals, without them. */
  lowered: Set<string> | undefined;
}

/** How many names with capitals are remembered of one folder. */
const remembered = 100_000;

const ordinary = /^[ -@[-~]*$/;
const ascii = /^[ -~]*$/;

/**
 * Notes the next name of a folder, in the order of their bytes. Tells whether some file system could take two of the
 * names for one: those that differ in case, and all names of a folder that has one beyond ASCII, where no table of ours
 * knows what a file system makes of it. Where there is too much to remember, that may be so, too.
 *
 * Capitals come before small letters, so of two names that differ in case the first has a capital.
 */
export function looksAlike(seen: SeenNames, name: string): boolean {
  seen.count++;
  const isOrdinary = ordinary.test(name);
  if (isOrdinary && seen.lowered === undefined) return seen.hasOtherThanAscii;
  if (!isOrdinary && !ascii.test(name)) seen.hasOtherThanAscii = true;
  if (seen.hasOtherThanAscii) return seen.count > 1;
  const lower = name.toLowerCase();
  if (seen.lowered?.has(lower)) return true;
  if (isOrdinary) return false;
  seen.lowered ??= new Set();
  return seen.lowered.add(lower).size > remembered;
}
