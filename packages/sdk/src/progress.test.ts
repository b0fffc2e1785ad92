import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Progress, type ProgressEvent } from './progress.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('tells at most ten times in any second', () => {
  const times: number[] = [];
  const progress = new Progress(() => times.push(performance.now()), undefined);
  progress.expect(3000, 1);
  for (let ms = 0; ms < 3000; ms++) {
    progress.onBytes(1);
    vi.advanceTimersByTime(1);
  }
  progress.succeed();
  for (const start of times) {
    expect(times.filter((time) => time >= start && time < start + 1000).length).toBeLessThanOrEqual(10);
  }
  expect(times.length).toBeGreaterThan(20);
});

test('loaded never passes the total, and is the total at the end', () => {
  const events: ProgressEvent[] = [];
  const progress = new Progress((event) => events.push(event), undefined);
  progress.expect(10, 2);
  for (const count of [4, 4, 4, 4]) {
    vi.advanceTimersByTime(1000);
    progress.onBytes(count);
  }
  progress.succeed();
  expect(events.map(({ loaded }) => loaded)).toEqual([0, 4, 8, 10, 10, 10]);
});

test('where no total is known, it is what was loaded', () => {
  const events: ProgressEvent[] = [];
  const progress = new Progress((event) => events.push(event), undefined);
  progress.expect(undefined, 1);
  progress.onBytes(7);
  progress.fileDone('a', 7, false);
  progress.succeed();
  expect(events.map(({ total }) => total)).toEqual([undefined, 7]);
});

test('says nothing after the end, or after an abort', () => {
  const events: ProgressEvent[] = [];
  const stop = new AbortController();
  const progress = new Progress((event) => events.push(event), stop.signal);
  stop.abort();
  progress.onBytes(1);
  const other = new Progress((event) => events.push(event), undefined);
  other.stop();
  other.onBytes(1);
  expect(events).toEqual([]);
});

test('names the three largest files in flight, and none at the end', () => {
  const events: ProgressEvent[] = [];
  const progress = new Progress((event) => events.push(event), undefined);
  const size = 1024 ** 2;
  for (const [at, path] of ['a', 'b', 'c', 'd', 'e'].entries()) progress.fileBegun(path, size * (at + 1));
  progress.fileBegun('small', size - 1);
  progress.fileDone('d', 4 * size, false);
  vi.advanceTimersByTime(1000);
  progress.onBytes(1);
  progress.succeed();
  expect(events.map(({ inFlight }) => inFlight.map(({ path }) => path))).toEqual([
    ['e', 'c', 'b'],
    ['e', 'c', 'b'],
    [],
  ]);
});
