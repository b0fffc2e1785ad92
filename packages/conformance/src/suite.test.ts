import { describe, expect, it } from 'vitest';
import { type Case, type Fixture, runCase, type Suite } from './suite.js';

interface Toy extends Fixture<'flight'> {
  readonly sum: number;
  readonly tool?: () => void;
}

const keeps: Case<Toy> = { name: 'adds up', run: async ({ sum }) => expect(sum).toBe(4) };
const needsTool: Case<Toy> = { ...keeps, name: 'uses a tool', requires: ['tool'] };
const flies: Case<Toy> = { ...keeps, name: 'flies', requires: ['flight', 'tool'] };
const suite: Suite<Toy> = { name: 'Toy', cases: [keeps, needsTool, flies] };

describe('runCase', () => {
  it('tells a promise that is kept from one that is broken', async () => {
    expect(await runCase(suite, keeps, () => ({ sum: 4 }))).toEqual({ kind: 'kept' });
    await expect(runCase(suite, keeps, () => ({ sum: 5 }))).rejects.toThrow();
  });

  it('skips what the fixture does not offer, and says what that is', async () => {
    const skipped = await runCase(suite, flies, () => ({ sum: 5 }));
    expect(skipped).toEqual({ kind: 'skipped', reason: 'the fixture offers no flight, tool' });
    const tool = () => {};
    expect(await runCase(suite, needsTool, () => ({ sum: 4, tool }))).toEqual({ kind: 'kept' });
    expect(await runCase<Toy>(suite, flies, () => ({ sum: 4, tool, capabilities: ['flight'] }))).toEqual({
      kind: 'kept',
    });
  });

  it('lets a declared deviation pass, with its reason', async () => {
    const deviations = [{ case: 'adds up', reason: 'it rounds' }];
    const outcome = await runCase(suite, keeps, () => ({ sum: 5, deviations }));
    expect(outcome).toEqual({ kind: 'deviates', reason: 'it rounds' });
  });

  it('refuses a deviation that is none, or of a case that is none', async () => {
    const stale = [{ case: 'adds up', reason: 'it rounds' }];
    await expect(runCase(suite, keeps, () => ({ sum: 4, deviations: stale }))).rejects.toThrow('take the');
    const unknown = [{ case: 'adds upp', reason: 'it rounds' }];
    await expect(runCase(suite, keeps, () => ({ sum: 4, deviations: unknown }))).rejects.toThrow('adds upp');
  });

  it('disposes of the fixture, whatever happened', async () => {
    let disposed = 0;
    const dispose = () => {
      disposed++;
    };
    await runCase(suite, keeps, () => ({ sum: 4, dispose }));
    await runCase(suite, flies, () => ({ sum: 4, dispose }));
    await runCase(suite, keeps, () => ({ sum: 5, dispose })).catch(() => {});
    expect(disposed).toBe(3);
  });
});
