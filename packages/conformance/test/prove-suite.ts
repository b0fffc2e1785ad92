import { describe, expect, it } from 'vitest';
import type { Mutant } from '../src/mutants.js';
import { type Fixture, runCase, type Setup, type Suite } from '../src/suite.js';

/** How long a case may take, in milliseconds; one that a mutant makes hang has caught it. */
const patience = 60_000;
/** A mutant that more cases catch than this breaks too much to prove anything of one of them. */
const narrow = 6;

/**
 * Tests a suite itself: what is honest passes every case and skips none, every mutant is caught by some case, and every
 * case catches a mutant that few others catch. `CAIRN_SHOW_MUTANTS=1` prints which cases catch which mutant.
 */
export function proveSuite<F extends Fixture>(
  suite: Suite<F>,
  honest: Setup<F>,
  mutants: readonly Mutant<F>[],
): void {
  describe(`the ${suite.name} suite`, () => {
    it('has names that are unique', () => {
      expect(repeated(suite.cases)).toEqual([]);
      expect(repeated(mutants)).toEqual([]);
    });

    it('skips nothing of what can do everything', { timeout: 600_000 }, async () => {
      for (const item of suite.cases) {
        expect(await runCase(suite, item, honest), item.name).toEqual({ kind: 'kept' });
      }
    });

    it('catches every mutant, and has no case that catches none', { timeout: 600_000 }, async () => {
      const survivors: string[] = [];
      const idle = new Set(suite.cases.map(({ name }) => name));
      for (const mutant of mutants) {
        const caughtBy = await casesThatCatch(suite, mutant);
        if (caughtBy.length === 0) survivors.push(mutant.name);
        if (caughtBy.length <= narrow) for (const name of caughtBy) idle.delete(name);
        if (process.env.CAIRN_SHOW_MUTANTS !== undefined) console.info(mutant.name, caughtBy);
      }
      expect({ survivors, idle: [...idle] }).toEqual({ survivors: [], idle: [] });
    });
  });
}

async function casesThatCatch<F extends Fixture>(suite: Suite<F>, mutant: Mutant<F>): Promise<string[]> {
  const names: string[] = [];
  for (const item of suite.cases) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hangs = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, patience, true);
    });
    const fails = runCase(suite, item, () => mutant.make()).then(
      () => false,
      () => true,
    );
    if (await Promise.race([fails, hangs])) names.push(item.name);
    clearTimeout(timer);
  }
  return names;
}

function repeated(items: readonly { readonly name: string }[]): string[] {
  const names = items.map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) !== index);
}
