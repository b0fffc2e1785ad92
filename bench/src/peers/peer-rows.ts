import type { Row } from '../bench.js';
import type { SetName } from '../data-sets/write-data-set.js';
import type { PeerSample } from './measure-peer.js';
import { type Measure, mediansOf } from './peer-report.js';
import type { StepName } from './scenarios.js';

interface Asked {
  readonly set: SetName;
  readonly step: StepName;
  readonly label: string;
  readonly unit: string;
  readonly bar: Row['bar'];
  value(of: PeerSample): number | undefined;
}

const cpu = (of: PeerSample) => of.cpuS;
const peak = (of: PeerSample) => of.peakMB;

const asked: readonly Asked[] = [
  {
    set: 'A',
    step: 'add',
    label: '100,000 small files, add and log',
    unit: 'CPU-s',
    bar: { atMost: 8 },
    value: cpu,
  },
  { set: 'A', step: 'again', label: '… again, unchanged', unit: 'CPU-s', bar: { atMost: 1.5 }, value: cpu },
  { set: 'A', step: 'restore', label: '… restore', unit: 'CPU-s', bar: { atMost: 10 }, value: cpu },
  {
    set: 'A',
    step: 'restoreAgain',
    label: '… restore again, all present',
    unit: 'CPU-s',
    bar: { atMost: 1.5 },
    value: cpu,
  },
  {
    set: 'A',
    step: 'restoreAgain',
    label: '… bytes written then',
    unit: 'MB',
    bar: { exactly: 0 },
    value: (of) => of.rewrittenMB,
  },
  { set: 'B', step: 'add', label: '2 GiB file, add and log', unit: 'CPU-s', bar: { atMost: 8 }, value: cpu },
  {
    set: 'B',
    step: 'addSecond',
    label: '… what its second version costs',
    unit: 'MB',
    bar: { atMost: 6 },
    value: (of) => of.newMB,
  },
  {
    set: 'C',
    step: 'add',
    label: '1,000,000 tiny files, add and log',
    unit: 'CPU-s',
    bar: { atMost: 90 },
    value: cpu,
  },
  { set: 'C', step: 'add', label: '… peak memory', unit: 'MB', bar: { atMost: 500 }, value: peak },
  {
    set: 'C',
    step: 'change',
    label: '… change 100 entries and log',
    unit: 'ms',
    bar: { atMost: 1000 },
    value: (of) => of.metrics.change,
  },
  {
    set: 'C',
    step: 'diff',
    label: '… diff',
    unit: 'ms',
    bar: { atMost: 100 },
    value: (of) => of.metrics.diff,
  },
  {
    set: 'C',
    step: 'page',
    label: '… one page',
    unit: 'ms',
    bar: { atMost: 20 },
    value: (of) => of.metrics.page,
  },
];

/** What is asked of Cairn, for the data sets that were measured; what has no figure meets no bar. */
export function peerRows(measures: readonly Measure[], sets: readonly SetName[]): Row[] {
  return asked
    .filter(({ set }) => sets.includes(set))
    .map(({ set, step, label, unit, bar, value }) => {
      const of = mediansOf(measures, set, step, 'Cairn');
      return { label, unit, bar, value: (of && value(of)) ?? Number.NaN };
    });
}
