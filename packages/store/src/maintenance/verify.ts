import type { CallOptions } from '@cairn/core';
import { DigestSet } from '../packs/digest-set.js';
import { BlobChecks } from './check-blobs.js';
import { type CheckContext, checkPacks } from './check-packs.js';
import { checkVersions } from './check-versions.js';
import { checkWritable, type HashedContext, type MaintenanceContext } from './context.js';
import { openFolderPack } from './open-folder-pack.js';
import { type Problem, Problems } from './problems.js';
import { repairStore } from './repair.js';

export interface VerifyOptions extends CallOptions {
  /**
   * Whether to mend what can be mended: the index from the tables of the packs, what is damaged from other copies. Nothing
   * is removed before its replacement is there. Default: `false`.
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

/**
 * Reads every byte of a store and says what is wrong with it.
 *
 * @throws CairnError `unavailable`; `storage_readonly`, `storage_full` with `repair`. What is wrong is no error.
 */
export async function verifyStore(
  context: MaintenanceContext,
  { repair = false, onProgress = () => undefined, ...options }: VerifyOptions = {},
): Promise<VerifyReport> {
  options.signal?.throwIfAborted();
  if (repair) checkWritable(context);
  const checked: InspectContext = { ...context, openPack: (pack) => openFolderPack(context, pack) };
  const first = await inspect(checked, onProgress, options);
  if (!repair || first.problems.count === 0) return report(first, []);
  onProgress({ phase: 'repair', bytes: first.counts.bytes });
  await repairStore(context, first.problems, options);
  const second = await inspect(checked, onProgress, options);
  const left = new Set(second.problems.list().map(keyOfProblem));
  return report(
    second,
    first.problems.list().filter((problem) => !left.has(keyOfProblem(problem))),
  );
}

export interface InspectContext extends HashedContext, CheckContext {}

/** {@link verifyStore} without mending anything, wherever the packs are. */
export async function inspectStore(
  context: InspectContext,
  { onProgress = () => undefined, ...options }: Omit<VerifyOptions, 'repair'> = {},
): Promise<VerifyReport> {
  options.signal?.throwIfAborted();
  return report(await inspect(context, onProgress, options), []);
}

async function inspect(
  context: InspectContext,
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
  const packs = await checkPacks(context, { intact, problems, onRead }, options);
  const blobs = new BlobChecks(context, intact, problems, options);
  onProgress({ phase: 'versions', bytes });
  await blobs.checkRows();
  await blobs.checkRecipes();
  const counts = await checkVersions(context, blobs, problems, options);
  return { problems, counts: { packs, records, bytes, ...counts } };
}

function report({ problems, counts }: Findings, repaired: readonly Problem[]): VerifyReport {
  const { count } = problems;
  return { ok: count === 0, problems: problems.list(), problemCount: count, repaired, counts };
}

function keyOfProblem({ kind, digest, pack }: Problem): string {
  return `${kind} ${digest} ${pack}`;
}
