import { CairnError, type CommitResult, parseJson } from '@cairn/core';
import { memoryCatalog } from '@cairn/core/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calls, commits, startRuns } from './catalog-calls.js';
import {
  type Place,
  pglitePlace,
  postgresPlace,
  postgresUrl,
  sqlitePlace,
  startLimitMs,
} from './catalogs.js';
import { isFull } from './scale.js';

/*
 * A catalog in SQL must answer every sequence of calls exactly as the one in memory does, which is short enough to be seen
 * to be right.
 */

/** What a call did, with the ids of versions written as the order in which they were met. */
async function outcome(work: Promise<unknown>, ids: readonly string[]): Promise<unknown> {
  const shown = await work.then(
    (value) => ({ value }),
    (error: unknown) => {
      if (!CairnError.is(error)) throw error;
      // Which fields are in conflict is part of the contract, hints are not.
      return { code: error.code, message: error.code === 'conflict' && error.message.split('\n')[0] };
    },
  );
  const renamed = new Map(ids.map((id, i) => [id, `#${i}`]));
  return parseJson(JSON.stringify(shown, (_, value) => renamed.get(value) ?? value));
}

/** The id of the version that a call created, if it did. */
async function committedIds(work: Promise<unknown>): Promise<string[]> {
  const value = (await work.catch(() => undefined)) as Partial<CommitResult> | undefined;
  return value?.created === true && value.version !== undefined ? [value.version.id] : [];
}

/** Some versions, and then anything. */
const sequences = fc
  .tuple(
    startRuns,
    fc.array(commits, { minLength: 3, maxLength: 15 }),
    fc.array(calls, { minLength: 5, maxLength: 30 }),
  )
  .map((parts) => parts.flat());

function agrees(place: () => Promise<Place>, numRuns: number): void {
  it(
    'answers any sequence of calls as the catalog in memory does',
    async () => {
      await fc.assert(
        fc.asyncProperty(sequences, async (sequence) => {
          const time = { seconds: 0 };
          const now = () => new Date(time.seconds * 1000);
          const own = await place();
          try {
            const catalog = await own.open({ now, pageSize: 2 });
            const model = memoryCatalog({ now });
            const ids: [string[], string[]] = [[], []];
            for (const [i, { shown, run }] of sequence.entries()) {
              time.seconds += i % 2;
              const expected = run(model, ids[0]);
              const found = run(catalog, ids[1]);
              ids[0].push(...(await committedIds(expected)));
              ids[1].push(...(await committedIds(found)));
              expect(await outcome(found, ids[1]), shown).toEqual(await outcome(expected, ids[0]));
            }
          } finally {
            await own.dispose();
          }
        }),
        { numRuns },
      );
    },
    startLimitMs + numRuns * 1000,
  );
}

const numRuns = isFull ? 3000 : 200;

describe('SQLite', () => agrees(sqlitePlace, numRuns));
describe('PostgreSQL in this process', () => agrees(pglitePlace, numRuns / 20));
describe.skipIf(postgresUrl === undefined)('PostgreSQL', () =>
  agrees(() => postgresPlace(postgresUrl ?? ''), numRuns / 20),
);
