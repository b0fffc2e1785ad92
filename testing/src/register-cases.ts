import { type Fixture, runCase, type Setup, type Suite } from '@cairn/conformance';
import { describe, test } from 'vitest';

/** Registers every case of a suite; one that the fixture declares as a deviation is run, and must fail. */
export function registerCases<F extends Fixture>(suite: Suite<F>, name: string, setup: Setup<F>): void {
  describe(`${suite.name}: ${name}`, () => {
    for (const item of suite.cases) {
      test(item.name, { timeout: 180_000 }, async (context) => {
        const outcome = await runCase(suite, item, setup);
        if (outcome.kind !== 'kept') context.skip(`${outcome.kind}: ${outcome.reason}`);
      });
    }
  });
}
