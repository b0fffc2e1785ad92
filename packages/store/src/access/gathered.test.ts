import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { gathered } from './gathered.js';

const nothing = () => undefined;

async function* count(to: number): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) yield i;
}

async function all<T>(groups: AsyncIterable<readonly T[]>): Promise<(readonly T[])[]> {
  const result: (readonly T[])[] = [];
  for await (const group of groups) result.push(group);
  return result;
}

describe('gathered', () => {
  it('gives all that is there at once, up to the limit, in order', async () => {
    const groups = await all(gathered(count(25), 10, nothing));
    expect(groups.flat()).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(groups.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(await all(gathered(count(0), 10, nothing))).toEqual([]);
  });

  it('waits for nothing that only comes when those before it were seen', async () => {
    let seen = 0;
    async function* oneByOne() {
      for (let i = 0; i < 5; i++) {
        while (seen < i) await turn();
        yield i;
      }
    }
    for await (const group of gathered(oneByOne(), 10, nothing)) {
      expect(group).toEqual([seen]);
      seen++;
    }
    expect(seen).toBe(5);
  });

  it('fails as what it gathers does, after what came before', async () => {
    const boom = new Error('boom');
    async function* failing() {
      yield* count(3);
      throw boom;
    }
    const seen: number[] = [];
    const run = async () => {
      for await (const group of gathered(failing(), 10, nothing)) seen.push(...group);
    };
    await expect(run()).rejects.toBe(boom);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('has what it gathers end when nobody wants more, also while that waits', async () => {
    let stop: () => void = nothing;
    let isClosed = false;
    async function* endless() {
      try {
        yield 1;
        await new Promise<void>((_, reject) => {
          stop = () => reject(new Error('stopped'));
        });
        yield 2;
      } finally {
        isClosed = true;
      }
    }
    for await (const group of gathered(endless(), 10, () => stop())) {
      expect(group).toEqual([1]);
      break;
    }
    expect(isClosed).toBe(true);
    for await (const _ of gathered(count(1000), 10, nothing)) break;
  });
});
