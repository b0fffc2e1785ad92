import { CairnError } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { expectCairnError } from './expect-cairn-error.js';

describe('expectCairnError', () => {
  it('returns an error with one of the codes, of a promise or an iterable', async () => {
    const error = new CairnError('conflict', 'it changed');
    expect(await expectCairnError(Promise.reject(error), 'not_found', 'conflict')).toBe(error);
    // biome-ignore lint/correctness/useYield: it fails before it has something to yield
    const failing = async function* () {
      throw error;
    };
    expect(await expectCairnError(failing(), 'conflict')).toBe(error);
  });

  it.each([
    ['another code', () => Promise.reject(new CairnError('conflict', 'it changed'))],
    ['another error', () => Promise.reject(new Error('not_found'))],
    ['no error', () => Promise.resolve()],
    ['an error without a message', () => Promise.reject(new CairnError('not_found', ''))],
  ])('fails on %s', async (_, action) => {
    await expect(expectCairnError(action(), 'not_found')).rejects.toThrow();
  });
});
