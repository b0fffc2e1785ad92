import fc from 'fast-check';
import { test } from 'vitest';
import { newModel } from './access-model.js';
import { accessPlaces, machine, startTime } from './access-places.js';
import { anyStep, users } from './access-steps.js';
import { startLimitMs } from './catalogs.js';
import { isFull } from './scale.js';

/*
 * Users, memberships, keys, ends of keys, uploads, commits and collections of garbage in any order: a small model knows who
 * sees what.
 */

const sequences = fc.array(anyStep, { minLength: 15, maxLength: 60 });
const numRuns = isFull ? 2000 : 60;

test.each(accessPlaces)(
  'who sees what on %s is as the model says',
  async (name, open) => {
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const place = await open();
        const model = newModel(startTime);
        try {
          for (const user of users) {
            await place.store.access.createUser({ name: user }, machine);
            model.users.set(user, { isAdmin: false, isDisabled: false });
          }
          for (const { shown, run } of sequence) {
            await run({ place, model }).catch((error: unknown) => {
              throw new Error(`at ${shown}`, { cause: error });
            });
          }
        } finally {
          await place.store.close();
        }
      }),
      { numRuns: name === 'SQLite' ? numRuns : Math.ceil(numRuns / 12) },
    );
  },
  startLimitMs + numRuns * 2000,
);
