import type { SetName } from '../data-sets/write-data-set.js';
import { median } from '../median.js';
import type { PeerSample, StepResult } from './measure-peer.js';
import type { StepName } from './scenarios.js';

/** What one tool did in one step of one round. */
export type Taken = { readonly set: SetName; readonly tool: string } & StepResult;

/** What one tool did in one step, over all rounds. */
export interface Measure {
  readonly set: SetName;
  readonly step: StepName;
  readonly tool: string;
  /** Of each figure by itself; not there when it was stopped or failed. */
  readonly medians?: PeerSample;
  /** The processor time over Cairn's. */
  readonly ratio?: number;
  readonly samples: readonly PeerSample[];
  /** Why there are no medians. */
  readonly note?: string;
}

/** What `results/peers.json` holds. */
export interface PeerReport {
  readonly name: 'peers';
  readonly date: string;
  readonly machine: {
    readonly cpu?: string;
    readonly cores?: number;
    readonly node?: string;
    /** Which implementation of BLAKE3: `native` or `wasm`. */
    readonly hash?: string;
    readonly [more: string]: unknown;
  };
  /** 1: the data sets as they are defined. */
  readonly scale: number;
  readonly rounds: number;
  /** For one step of one tool, in seconds. */
  readonly limit: number;
  /** Their versions, in the order they took turns; Cairn is the first. */
  readonly tools: Readonly<Record<string, string>>;
  /** Tools that were not found. */
  readonly missing: readonly string[];
  readonly rows: readonly unknown[];
  readonly measures: readonly Measure[];
}

/** Puts the rounds together: by data set and step in the order of the first turns, with the tools in theirs. */
export function gatherMeasures(taken: readonly Taken[]): Measure[] {
  const groups = new Map<string, Taken[]>();
  for (const one of taken) {
    const key = [one.set, one.step, one.tool].join();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const measures = [...groups.values()].map((group): Measure => {
    const [{ set, step, tool }] = group as [Taken, ...Taken[]];
    const samples = group.flatMap((one) => ('sample' in one ? [one.sample] : []));
    const note = group.flatMap((one) => ('note' in one ? [one.note] : []))[0];
    if (samples.length === 0) return { set, step, tool, samples, note: note ?? 'not measured' };
    return { set, step, tool, medians: medianPeerSample(samples), samples };
  });
  return measures.map((measure) => {
    const own = mediansOf(measures, measure.set, measure.step, 'Cairn');
    if (own === undefined || measure.medians === undefined) return measure;
    return { ...measure, ratio: measure.medians.cpuS / own.cpuS };
  });
}

function medianPeerSample(samples: readonly PeerSample[]): PeerSample {
  const of = (figure: Exclude<keyof PeerSample, 'metrics'>) =>
    median(samples.map((sample) => sample[figure]));
  const metrics = Object.keys(samples[0]?.metrics ?? {});
  return {
    cpuS: of('cpuS'),
    wallS: of('wallS'),
    peakMB: of('peakMB'),
    writtenMB: of('writtenMB'),
    objects: of('objects'),
    storedMB: of('storedMB'),
    diskMB: of('diskMB'),
    newMB: of('newMB'),
    newObjects: of('newObjects'),
    rewrittenMB: of('rewrittenMB'),
    metrics: Object.fromEntries(
      metrics.map((name) => [name, median(samples.map((sample) => sample.metrics[name] ?? Number.NaN))]),
    ),
  };
}

/** The medians that a measure has, by data set, step and tool. */
export function mediansOf(
  measures: readonly Measure[],
  set: SetName,
  step: StepName,
  tool: string,
): PeerSample | undefined {
  return measures.find((one) => one.set === set && one.step === step && one.tool === tool)?.medians;
}
