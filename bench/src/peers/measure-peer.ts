import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Metrics } from '../bench.js';
import type { DataSet, SetName } from '../data-sets/write-data-set.js';
import { type FolderContents, measureFolder, rewrittenMB, type Stamps, stampsOf } from './folder.js';
import type { Peer } from './peer.js';
import { type Outcome, runCommand } from './run-command.js';
import { commandsOf, type StepName, scenarios } from './scenarios.js';
import type { Usage } from './usage.js';

/** One run of one step by one tool. */
export interface PeerSample extends Usage, FolderContents {
  /** What the step added to the store. */
  readonly newMB: number;
  readonly newObjects: number;
  /** Of files that had been restored before: the size of those that are not the same any more, by inode and time. */
  readonly rewrittenMB: number;
  /** What the process measured itself, in milliseconds unless it is a count. */
  readonly metrics: Metrics;
}

export type StepResult =
  | { readonly step: StepName; readonly sample: PeerSample }
  /** Why there is no figure. The steps after it were not run. */
  | { readonly step: StepName; readonly note: string };

export interface MeasureOptions {
  readonly set: SetName;
  readonly data: DataSet;
  /** A folder for this tool alone, which is made. */
  readonly work: string;
  /** Where programs are looked for. */
  readonly path: string;
  /** For one step, in seconds. */
  readonly limit: number;
}

/** Takes a tool through what is done with a data set. */
export async function measurePeer(peer: Peer, options: MeasureOptions): Promise<StepResult[]> {
  const { set, data, work, path, limit } = options;
  const env = { ...process.env, PATH: path, ...peer.env?.({ set, work }) };
  const run = { cwd: work, env, limit };
  const store = join(work, peer.store);
  const out = join(work, peer.out ?? 'out');
  const results: StepResult[] = [];
  let stored: FolderContents = { objects: 0, storedMB: 0, diskMB: 0 };
  mkdirSync(work, { recursive: true });
  for (const step of scenarios[set]) {
    const { before, measured } = commandsOf(step, peer, { set, work, data, out });
    if (measured === undefined) continue;
    for (const command of [...before, ['sync'] as const]) {
      const outcome = await runCommand(command, run);
      if (outcome.kind !== 'done') return [...results, { step, note: noteOf(outcome) }];
    }
    if (step === 'add') stored = measureFolder(store);
    const there: Stamps | undefined = step === 'restoreAgain' ? stampsOf(out) : undefined;
    const outcome = await runCommand(measured, run);
    if (outcome.kind !== 'done') return [...results, { step, note: noteOf(outcome) }];
    const now = measureFolder(store);
    const sample: PeerSample = {
      ...outcome.usage,
      ...now,
      newMB: now.storedMB - stored.storedMB,
      newObjects: now.objects - stored.objects,
      rewrittenMB: there === undefined ? 0 : rewrittenMB(out, there),
      metrics: metricsOf(outcome.output),
    };
    stored = now;
    results.push({ step, sample });
  }
  return results;
}

function noteOf(outcome: Exclude<Outcome, { kind: 'done' }>): string {
  return outcome.kind === 'stopped' ? `stopped after ${outcome.after} s` : outcome.why;
}

/** Of a program of this workspace; other tools print what they like. */
function metricsOf(output: string): Metrics {
  const last = output.trim().split('\n').at(-1) ?? '';
  return last.startsWith('{"') ? JSON.parse(last) : {};
}
