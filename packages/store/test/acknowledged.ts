import { expect } from 'vitest';
import { openStore } from '../src/index.js';
import type { ChildResult } from './child.js';
import { checkInvariants } from './inspect-store.js';

/** A version that a program said was logged. */
export interface Acknowledged {
  readonly version: number;
  readonly digest: string;
}

export function acknowledged({ lines }: Pick<ChildResult, 'lines'>): Acknowledged[] {
  return (lines as Partial<Acknowledged>[]).filter((line): line is Acknowledged => line.digest !== undefined);
}

/** Checks that a store is whole and has all that was acknowledged, and counts its versions. */
export async function checkStore(folder: string, expected: readonly Acknowledged[]): Promise<number> {
  const store = await openStore(folder);
  try {
    const versions = await checkInvariants(store);
    for (const { version, digest } of expected) expect(versions[version]?.digest).toBe(digest);
    return versions.length;
  } finally {
    await store.close();
  }
}
