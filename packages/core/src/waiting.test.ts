import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Waiting } from './waiting.js';

test('is a map, of which each key is taken once', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat({ max: 9 })), fc.nat({ max: 3000 }), (choices, count) => {
      const waiting = new Waiting<string, number>();
      const model = new Map<string, number>();
      for (let i = 0; i < count; i++) {
        waiting.set(`${i}`, i);
        model.set(`${i}`, i);
        // More go out than come back, out of order and now and then all at once.
        const back = choices.next().value as number;
        const keys = back === 9 ? [...model.keys()] : [...model.keys()].slice(-back, -back + 1);
        for (const key of keys) {
          expect(waiting.take(key)).toBe(model.get(key));
          expect(waiting.take(key)).toBeUndefined();
          model.delete(key);
        }
      }
      expect([...waiting.keys()]).toEqual([...model.keys()]);
    }),
    { numRuns: 20 },
  );
});
