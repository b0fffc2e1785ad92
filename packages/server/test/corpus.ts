import { readFileSync } from 'node:fs';
import { type BadInput, badInputs, type InputPlace } from '@cairn/conformance';
import { expect, test } from 'vitest';

/* The corpus of bad inputs as it is tried at one layer: by which test, or why there is nothing to try. */

/** The areas of which a server and its clients have to try every case. */
const areas: readonly BadInput['area'][] = [
  'metadata',
  'uri',
  'api-auth',
  'blob',
  'presign',
  'logs',
  'dos',
  'control',
];

export type Way =
  /** Tries it. */
  | ((input: unknown) => Promise<void>)
  /** A file of tests, below `packages`, of which a test is named by these words. Default: by the id. */
  | { readonly file: string; readonly words?: string | undefined }
  /** A file that tries everything that the corpus has for a place. */
  | { readonly file: string; readonly place: InputPlace }
  /** Why nothing can be tried. */
  | { readonly nothing: string };

export const by = (file: string, words?: string): Way => ({ file, words });
export const each = (file: string, place: InputPlace): Way => ({ file, place });
export const nothing = (why: string): Way => ({ nothing: why });

/** One test for each case: it fails where nobody said how the case is tried, or what was said is not there. */
export function tryCorpus(ways: Readonly<Record<string, Way>>): void {
  const cases = badInputs().filter(({ area }) => areas.includes(area));

  test.each(cases)('$outcome $id: $check', async (found) => {
    const way = ways[found.id];
    if (way === undefined) throw new Error(`nobody says how ${found.id} is tried here`);
    if (typeof way === 'function') return way(found.input);
    if ('nothing' in way) return expect(way.nothing).not.toBe('');
    const text = readFileSync(new URL(`../../${way.file}`, import.meta.url), 'utf8');
    if ('place' in way) {
      expect(found.at).toContain(way.place);
      expect(text).toContain('badInputs(');
    } else {
      expect(text).toContain(way.words ?? found.id);
    }
  });

  test('says nothing of cases that there aren’t', () => {
    const ids = cases.map(({ id }) => id);
    expect(Object.keys(ways).filter((id) => !ids.includes(id))).toEqual([]);
  });
}
