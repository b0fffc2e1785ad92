import type { ReferenceState, StorageHandler } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect, expectAborted, utf8 } from '../helpers.js';
import { freshFolder, type HandlerCase, type HandlerFixture, referTo, toReference } from './fixture.js';

type Verify = NonNullable<StorageHandler['verify']>;

function verify({ verify: run }: StorageHandler, ...args: Parameters<Verify>): Promise<ReferenceState> {
  return run === undefined ? expect.fail('the handler has no verify') : run(...args);
}

/** Where versions are kept, the one that was observed still is the one observed, whatever became of its name. */
function outcomes(
  state: ReferenceState,
  capabilities: HandlerFixture['capabilities'] = [],
): ReferenceState[] {
  return capabilities.includes('versioned') ? ['match', state] : [state];
}

export const verifying: readonly HandlerCase[] = [
  {
    name: 'finds that an object is still the one observed',
    requires: ['verify'],
    async run({ handler, put }) {
      const reference = await referTo(handler, await put(`${freshFolder()}/a.txt`, utf8('a')));
      expect(await verify(handler, reference)).toBe('match');
    },
  },
  {
    name: 'finds that an object has changed',
    requires: ['verify', 'change'],
    async run({ handler, put, change, capabilities }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const reference = await referTo(handler, uri);
      await change?.(uri, utf8('b'));
      expect(outcomes('changed', capabilities)).toContain(await verify(handler, reference));
    },
  },
  {
    name: 'finds that an object is missing',
    requires: ['verify', 'remove'],
    async run({ handler, put, remove, capabilities }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const reference = await referTo(handler, uri);
      await remove?.(uri);
      expect(outcomes('missing', capabilities)).toContain(await verify(handler, reference));
    },
  },
  {
    name: 'says what it can not verify',
    requires: ['verify'],
    async run({ handler, put }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('a'));
      const [only] = await collect(handler.observe(uri, { checksum: false }));
      if (only === undefined) return expect.fail('no observation');
      expect(await verify(handler, toReference(only))).toBe('unverifiable');
    },
  },
  {
    name: 'verifies nothing when aborted before',
    requires: ['verify'],
    async run({ handler, put }) {
      const reference = await referTo(handler, await put(`${freshFolder()}/a.txt`, utf8('a')));
      await expectAborted((signal) => verify(handler, reference, { signal }));
    },
  },
  {
    name: "verifies no foreign reference to this user's own files or network",
    requires: ['verify', 'private'],
    async run({ handler, put }) {
      const reference = await referTo(handler, await put(`${freshFolder()}/a.txt`, utf8('a')));
      await expectCairnError(verify(handler, reference, { foreign: true }), 'scheme_refused');
    },
  },
];
