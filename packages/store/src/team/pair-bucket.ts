import { randomInt } from 'node:crypto';
import { CairnError, type ObjectStore, quote, readAll } from '@cairn/core';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { one, run } from '../sql/step.js';
import { objectsOfPacks } from './listed-packs.js';

/** Where a bucket says which store it belongs to: one line, with the number in hex. */
const key = 'STORE';
const rule = /^[0-9a-f]{12}\n$/;

/** So many packs are looked for in the database, where there is nothing else to tell the two by. */
const samples = 250;

interface Pair {
  readonly objects: ObjectStore;
  readonly database: Database;
}

/**
 * Makes sure that a database and a bucket belong together: to one that knows none of its packs, all of a bucket would be
 * garbage. Both hold the same number, which is written when they first meet, and to the bucket first.
 *
 * @throws CairnError `conflict`.
 */
export async function pairBucket({ objects, database }: Pair): Promise<void> {
  const own = await readOwn(database);
  const found = await readMark(objects);
  if (own !== undefined && own === found) return;
  if (own !== undefined || (await holdsOthers({ objects, database }))) throw mismatch(objects, own, found);
  const settled = found ?? (await mark(objects));
  await database.write(
    () =>
      run("INSERT INTO engine_state (name, value) VALUES ('store', ?) ON CONFLICT (name) DO NOTHING", [
        Number.parseInt(settled, 16),
      ]),
    {},
  );
  // Somebody else may have had it meet another bucket meanwhile.
  const kept = await readOwn(database);
  if (kept !== settled) throw mismatch(objects, kept, settled);
}

async function readOwn(database: Database): Promise<string | undefined> {
  const row = await database.read(() => one("SELECT value FROM engine_state WHERE name = 'store'"));
  return row === undefined ? undefined : Number(row.value).toString(16).padStart(12, '0');
}

async function readMark(objects: ObjectStore): Promise<string | undefined> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readAll(objects.open(key)));
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
  if (rule.test(text)) return text.trim();
  throw new CairnError('conflict', `${quote(objects.location)} has an object ${key} that is not Cairn's`, {
    hint: 'Choose a bucket, or a prefix of one, that nothing else writes to.',
  });
}

/** Writes a number of its own to a bucket that has none. Of several processes, the first decides. */
async function mark(objects: ObjectStore): Promise<string> {
  const own = randomInt(2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  try {
    await objects.put(key, new TextEncoder().encode(`${own}\n`), { ifAbsent: true });
  } catch (error) {
    if (!CairnError.is(error, 'conflict')) throw error;
  }
  return (await readMark(objects)) ?? own;
}

/** Whether there are packs in a bucket, of which the database knows none. */
async function holdsOthers({ objects, database }: Pair): Promise<boolean> {
  const names: string[] = [];
  for await (const { name } of objectsOfPacks({ objects })) if (names.push(name) === samples) break;
  if (names.length === 0) return false;
  const step = () =>
    one(`SELECT 1 AS found FROM packs WHERE name IN ${tuples(1, names.length)} LIMIT 1`, names);
  return (await database.read(step)) === undefined;
}

function mismatch({ location }: ObjectStore, own: string | undefined, found: string | undefined): CairnError {
  const ofDatabase =
    own === undefined ? 'a database that knows nothing of it' : `the database of store ${own}`;
  const ofBucket = found === undefined ? 'is not that of any store' : `is that of store ${found}`;
  return new CairnError('conflict', `${quote(location)} ${ofBucket}, and was opened with ${ofDatabase}`, {
    hint: 'Check the names of both: a store is a database and the bucket that was made with it.',
  });
}
