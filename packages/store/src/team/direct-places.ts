import { createHash, randomBytes } from 'node:crypto';
import { CairnError, type CallOptions } from '@cairn/core';
import type { Database } from '../sql/database.js';
import { now, one, run } from '../sql/step.js';
import { announcePack } from './bucket-home.js';

/** For how long a place can be used, in milliseconds: as long as the slowest line may need for a pack. */
const lifeMs = 3_600_000;

/** A place for one pack below `incoming/`, as a row of `packs` without a byte. */
export interface Place {
  /** Known to its owner alone, and to nobody who only sees the bucket. */
  readonly token: string;
  /** Of the object. */
  readonly name: string;
}

/** A place that no one knows of yet. */
export function newPlace(owner: string): Place {
  const token = randomBytes(32).toString('base64url');
  return { token, name: nameOf(token, owner) };
}

/** Makes it one that can be used. */
export async function openPlace(database: Database, { name }: Place, options: CallOptions): Promise<void> {
  await announcePack(database, { name, size: 0 }, options);
}

/**
 * Takes a place away from its owner, so that it is used once.
 *
 * @returns The name of its object.
 * @throws CairnError `not_found` for what is no place, for another's, and for one whose time is over.
 */
export async function closePlace(
  database: Database,
  token: string,
  owner: string,
  options: CallOptions,
): Promise<string> {
  const name = nameOf(token, owner);
  const row = await database.write(function* () {
    const place = 'name = ? AND size = 0 AND record_count = 0 AND created_at > ?';
    return yield* one(`DELETE FROM packs WHERE ${place} RETURNING id`, [name, (yield* now()) - lifeMs]);
  }, options);
  if (row === undefined) throw noPlace();
  return name;
}

/** Forgets places that nobody made anything of. */
export async function forgetPlaces(database: Database, before: number, options: CallOptions): Promise<void> {
  await database.write(
    () => run('DELETE FROM packs WHERE size = 0 AND record_count = 0 AND created_at <= ?', [before]),
    options,
  );
}

/** So that there is nothing to keep besides the row: who has no token of it, or another owner's, names another place. */
function nameOf(token: string, owner: string): string {
  return createHash('sha256')
    .update(JSON.stringify([token, owner]))
    .digest('hex')
    .slice(0, 32);
}

function noPlace(): CairnError {
  return new CairnError('not_found', 'there is no such place for a pack, or not any more', {
    hint: 'Ask for another one, or send the pack itself.',
  });
}
