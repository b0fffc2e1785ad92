import type { ChildResult } from './child.js';

/** A version that a program said was logged. */
export interface Acknowledged {
  readonly version: number;
  readonly digest: string;
}

export function acknowledged({ lines }: Pick<ChildResult, 'lines'>): Acknowledged[] {
  return (lines as Partial<Acknowledged>[]).filter((line): line is Acknowledged => line.digest !== undefined);
}
