import type { ProgressEvent } from '@cairn/sdk';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Output } from '../output/output.js';
import { filesInFlight, progressText, secondsLeft } from './progress-text.js';
import { Rate } from './rate.js';
import { startProgress } from './start-progress.js';

const event: ProgressEvent = {
  phase: 'upload',
  loaded: 6 * 1024 ** 2,
  total: 12 * 1024 ** 2,
  files: { done: 2, total: 3 },
  reused: 1024 ** 3,
  path: 'a',
  inFlight: [],
  done: false,
};

describe('a line of progress', () => {
  test('has bytes, rate, time left, files and what was reused', () => {
    expect(progressText({ event, rate: 2 * 1024 ** 2 }, true)).toBe(
      'upload    ██████████░░░░░░░░░░  6 MiB of 12 MiB  2 MiB/s  3 s left  2 of 3 files  1 GiB reused',
    );
  });

  test('leaves out what is not known', () => {
    const scan = {
      ...event,
      phase: 'scan',
      total: undefined,
      files: { done: 1004, total: undefined },
      reused: 0,
    } as const;
    expect(progressText({ event: scan, rate: undefined }, true)).toBe('scan      6 MiB  1,004 files');
  });

  test('is full where there is nothing to do', () => {
    const nothing = { ...event, loaded: 0, total: 0, reused: 0 };
    expect(progressText({ event: nothing, rate: 0 }, true)).toContain('█'.repeat(20));
    expect(secondsLeft({ event: nothing, rate: 0 })).toBeUndefined();
  });
});

test('the largest files in flight have a line each, unless there is only one file', () => {
  const inFlight = [
    { path: 'weights/\u001b[2J.bin', size: 3 * 1024 ** 3 },
    { path: 'b.bin', size: 1024 ** 2 },
  ];
  const lines = filesInFlight({ event: { ...event, inFlight }, rate: undefined });
  expect(lines).toEqual(['          weights/\\u{1b}[2J.bin  3 GiB', '          b.bin  1 MiB']);
  expect(
    filesInFlight({ event: { ...event, inFlight, files: { done: 0, total: 1 } }, rate: undefined }),
  ).toEqual([]);
});

test('a rate is that of the last seconds, not of all', () => {
  const rate = new Rate();
  rate.add(0, 0);
  expect(rate.perSecond()).toBeUndefined();
  for (let at = 1; at <= 60; at++) rate.add(at <= 30 ? at * 100 : 3000, at * 1000);
  expect(rate.perSecond()).toBe(0);
});

describe('plain lines', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => vi.useRealTimers());

  test('come every ten seconds', async () => {
    const lines: string[] = [];
    const output = { talk: (line: string) => void lines.push(line) } as unknown as Output;
    const { onProgress, last } = await startProgress(output, 'plain');
    for (let at = 0; at < 35; at++) {
      onProgress({ ...event, loaded: at });
      vi.advanceTimersByTime(1000);
    }
    expect(lines).toHaveLength(3);
    expect(lines[0]).not.toContain('█');
    expect(last()?.loaded).toBe(34);
  });
});
