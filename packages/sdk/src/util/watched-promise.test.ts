import { expect, test } from 'vitest';
import { WatchedPromise } from './watched-promise.js';

const make = (fails = false) =>
  WatchedPromise.follow(fails ? Promise.reject(new Error('it failed')) : Promise.resolve(1));

test('is not watched until someone looks', async () => {
  const promise = make();
  await new Promise(setImmediate);
  expect(promise.isWatched).toBe(false);
});

test.each<[string, (promise: Promise<unknown>) => unknown]>([
  [
    'await',
    async (promise) => {
      await promise;
    },
  ],
  ['then', (promise) => promise.then(() => undefined)],
  ['catch', (promise) => promise.catch(() => undefined)],
  ['finally', (promise) => promise.finally(() => undefined)],
  ['Promise.all', (promise) => Promise.all([promise])],
  ['being returned by an async function', (promise) => (async () => promise)()],
])('%s is looking', async (_, look) => {
  const promise = make();
  await look(promise);
  expect(promise.isWatched).toBe(true);
});

test('what then gives is an ordinary promise', async () => {
  expect(make().then(() => 1)).not.toBeInstanceOf(WatchedPromise);
  expect(await make()).toBe(1);
  await expect(make(true)).rejects.toThrow('it failed');
});
