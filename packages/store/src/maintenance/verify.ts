import type { CallOptions } from '@cairn/core';
import type { LinksContext } from '../access/links-context.js';
import { DigestSet } from '../packs/digest-set.js';
import { BlobChecks } from './check-blobs.js';
import { checkLinks } from './check-links.js';
import { type CheckContext, checkPacks } from './check-packs.js';
import { checkVersions } from './check-versions.js';
import type { HashedContext } from './context.js';
import { linkAgain } from './link-again.js';
import { type Problem, Problems } from './problems.js';

export interface VerifyOptions extends CallOptions {
  /**
   * Whether to mend what can be mended: the index from the tables of the packs, what is damaged from other copies, links of
   * projects from their versions. Nothing is removed before its replacement is there. Default: `false`.
   */
  readonly repair?: boolean | undefined;
  readonly onProgress?: ((event: VerifyProgress) => void) | undefined;
}

export interface VerifyProgress {
  readonly phase: 'packs' | 'versions' | 'repair';
  /** Bytes that were read. */
  readonly bytes: number;
}

export interface VerifyReport {
  /** Whether every version can be read, and no byte is other than it was. */
  readonly ok: boolean;
  /** What is wrong now, the first 1,000. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** What was wrong and was mended, the first 1,000. Empty without `repair`. */
  readonly repaired: readonly Problem[];
  readonly counts: {
    readonly packs: number;
    readonly records: number;
    /** Of the records, in bytes. */
    readonly bytes: number;
    readonly versions: number;
    readonly entries: number;
  };
}

/** What a look at a store found. */
export interface Findings {
  readonly problems: Problems;
  readonly counts: VerifyReport['counts'];
}

/** What a store is verified with, wherever its packs are. */
export interface VerifyContext extends HashedContext, CheckContext, LinksContext {
  /** @throws CairnError `storage_readonly`. */
  checkWritable?(): void;
  /** Mends what it can of some problems of packs and their index. What it can't stays as it is. */
  mend(problems: Problems, options: CallOptions): Promise<void>;
}

/**
 * How often a store is mended. What an index that was lost leads to is read only once the index is there again, and may be
 * damaged too.
 */
const maxRounds = 2;

/**
 * Reads every byte of a store and says what is wrong with it.
 *
 * @throws CairnError `unavailable`; `storage_readonly`, `storage_full` with `repair`. What is wrong is no error.
 */
export async function verifyStore(
  context: VerifyContext,
  { repair = false, onProgress = () => undefined, ...options }: VerifyOptions = {},
): Promise<VerifyReport> {
  options.signal?.throwIfAborted();
  if (repair) context.checkWritable?.();
  let found = await inspect(context, onProgress, options);
  const known = new Map<string, Problem>();
  for (let round = 1; repair && round <= maxRounds; round++) {
    const news = found.problems.list().filter((problem) => !known.has(keyOfProblem(problem)));
    if (news.length === 0) break;
    for (const problem of news) known.set(keyOfProblem(problem), problem);
    onProgress({ phase: 'repair', bytes: found.counts.bytes });
    await context.mend(found.problems, options);
    await linkAgain(context, options);
    found = await inspect(context, onProgress, options);
  }
  for (const problem of found.problems.list()) known.delete(keyOfProblem(problem));
  return report(found, [...known.values()]);
}

async function inspect(
  context: VerifyContext,
  onProgress: (event: VerifyProgress) => void,
  options: CallOptions,
): Promise<Findings> {
  // 16 bytes, so that no damage is missed for having a neighbour that looks alike.
  const intact = new DigestSet(16);
  const problems = new Problems();
  let [records, bytes] = [0, 0];
  const onRead = (count: number, length: number) => {
    records += count;
    bytes += length;
    onProgress({ phase: 'packs', bytes });
  };
  onProgress({ phase: 'packs', bytes });
  const packs = await checkPacks(context, { intact, problems, onRead }, options);
  const blobs = new BlobChecks(context, intact, problems, options);
  onProgress({ phase: 'versions', bytes });
  await blobs.checkRows();
  await blobs.checkRecipes();
  const counts = await checkVersions(context, blobs, problems, options);
  await checkLinks(context, blobs, problems, options);
  return { problems, counts: { packs, records, bytes, ...counts } };
}

function report({ problems, counts }: Findings, repaired: readonly Problem[]): VerifyReport {
  const { count } = problems;
  return { ok: count === 0, problems: problems.list(), problemCount: count, repaired, counts };
}

function keyOfProblem({ kind, digest, pack, message }: Problem): string {
  return `${kind} ${digest} ${pack} ${digest === undefined && pack === undefined ? message : ''}`;
}
