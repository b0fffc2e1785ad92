import { describe, expect, it } from 'vitest';
import { blobStoreSuite } from './blob-store/suite.js';
import { blobStoreMutants, type Mutant, memoryBlobStoreFixture } from './mutants.js';
import { type Case, type Fixture, runCase, type Suite } from './suite.js';

/** How long a case may take; one that a mutant makes hang has caught it. */
const patience = 10_000;

function proveSuite<F extends Fixture>(
  suite: Suite<F>,
  honest: () => F,
  mutants: readonly Mutant<F>[],
): void {
  describe(suite.name, () => {
    it('keeps every promise in memory, and skips none', async () => {
      for (const item of suite.cases) {
        expect(await runCase(suite, item, honest), item.name).toEqual({ kind: 'kept' });
      }
    });

    it('has names that are unique', () => {
      expect(new Set(suite.cases.map(({ name }) => name)).size).toBe(suite.cases.length);
      expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    });

    it('catches every mutant, with no case that catches none', { timeout: 300_000 }, async () => {
      const caught = new Set<Mutant<F>>();
      const idle = new Set<Case<F>>();
      for (const item of suite.cases) {
        // Mutants that nobody has caught yet come first; one is enough for the case.
        const order = [...mutants.filter((m) => !caught.has(m)), ...mutants.filter((m) => caught.has(m))];
        let hasCaught = false;
        for (const mutant of order) {
          if (hasCaught && caught.has(mutant)) break;
          if (await breaks(suite, item, () => mutant.of(honest()))) {
            caught.add(mutant);
            hasCaught = true;
          }
        }
        if (!hasCaught) idle.add(item);
      }
      const names = (items: Iterable<{ name: string }>) => [...items].map(({ name }) => name);
      expect({
        survivors: names(mutants.filter((mutant) => !caught.has(mutant))),
        idle: names(idle),
      }).toEqual({ survivors: [], idle: [] });
    });
  });
}

async function breaks<F extends Fixture>(suite: Suite<F>, item: Case<F>, setup: () => F): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patience, true);
  });
  const fails = runCase(suite, item, setup).then(
    () => false,
    () => true,
  );
  return Promise.race([fails, hangs]).finally(() => clearTimeout(timer));
}

proveSuite(blobStoreSuite, memoryBlobStoreFixture, blobStoreMutants);
