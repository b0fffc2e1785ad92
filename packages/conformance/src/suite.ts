import { afterAll, describe, it } from 'vitest';

/** A promise of the contract that an implementation doesn't keep, and why. Shown in every report. */
export interface Deviation {
  /** The name of the case. It is run, and must fail: a deviation that is none any more is an error. */
  readonly case: string;
  readonly reason: string;
}

/** What `setup` gives to a case: the implementation, and what the case needs to put it to the test. */
export interface Fixture<Capability extends string = string> {
  /** What this implementation can do and not every one has to. Cases that need more are skipped, and say so. */
  readonly capabilities?: readonly Capability[] | undefined;
  readonly deviations?: readonly Deviation[] | undefined;
  /** Called after the case, also after one that failed. */
  dispose?(): Promise<void> | void;
}

/** Makes a fixture. Called once per case; no case needs it to be empty or its own, so it may be shared. */
export type Setup<F> = () => Promise<F> | F;

/** The name of a capability, or of an optional member of the fixture. */
export type Requirement<F> =
  | Extract<keyof F, string>
  | (F extends { readonly capabilities?: readonly (infer C extends string)[] | undefined } ? C : never);

/** One promise of a contract, as a check that any implementation can be put to. */
export interface Case<F> {
  /** Completes the sentence "it …". Unique in its suite. */
  readonly name: string;
  readonly requires?: readonly Requirement<F>[];
  run(fixture: F): Promise<void>;
}

/** A contract as data, so that it can be run by vitest and against mutants. */
export interface Suite<F> {
  /** The seam. */
  readonly name: string;
  readonly cases: readonly Case<F>[];
}

export type Outcome =
  | { readonly kind: 'kept' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'deviates'; readonly reason: string };

/** Puts one implementation to one case. Rejects when it breaks the promise. */
export async function runCase<F extends Fixture>(
  suite: Suite<F>,
  { name, requires = [], run }: Case<F>,
  setup: Setup<NoInfer<F>>,
): Promise<Outcome> {
  const fixture = await setup();
  try {
    checkDeviations(suite, fixture);
    const missing = requires.filter((requirement) => !offers(fixture, requirement));
    if (missing.length > 0) return { kind: 'skipped', reason: `the fixture offers no ${missing.join(', ')}` };
    const deviation = fixture.deviations?.find((declared) => declared.case === name);
    if (deviation === undefined) await run(fixture);
    else if (await keeps(run(fixture))) {
      throw new Error(`"${name}" is declared as a deviation, but it passes: take the declaration out`);
    }
    return deviation === undefined ? { kind: 'kept' } : { kind: 'deviates', reason: deviation.reason };
  } finally {
    await fixture.dispose?.();
  }
}

function offers<F extends Fixture>(fixture: F, requirement: string): boolean {
  return (
    fixture[requirement as keyof F] !== undefined || (fixture.capabilities?.includes(requirement) ?? false)
  );
}

function checkDeviations<F extends Fixture>({ name, cases }: Suite<F>, { deviations = [] }: F): void {
  const unknown = deviations.filter((declared) => cases.every((known) => known.name !== declared.case));
  if (unknown.length === 0) return;
  throw new Error(`the ${name} suite has no case "${unknown.map((declared) => declared.case).join('", "')}"`);
}

async function keeps(run: Promise<void>): Promise<boolean> {
  return run.then(
    () => true,
    () => false,
  );
}

/** Of a case, in milliseconds: some store a thousand things, one durable step after the other. */
const timeout = 120_000;

/** Registers every case of a suite with vitest. */
export function registerSuite<F extends Fixture>(suite: Suite<F>, name: string, setup: Setup<F>): void {
  describe(`${suite.name}: ${name}`, () => {
    const deviations = new Map<string, string>();
    for (const item of suite.cases) {
      it(item.name, { timeout }, async (context) => {
        const outcome = await runCase(suite, item, setup);
        if (outcome.kind === 'kept') return;
        if (outcome.kind === 'deviates') deviations.set(item.name, outcome.reason);
        context.skip(`${outcome.kind}: ${outcome.reason}`);
      });
    }
    afterAll(() => {
      for (const [promise, reason] of deviations) {
        console.warn(`${name} deviates from the ${suite.name} contract: it ${promise}. Why: ${reason}`);
      }
    });
  });
}
