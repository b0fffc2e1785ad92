import { printable } from '@cairn/core';
import type { ProgressEvent } from '@cairn/sdk';
import { bytesText, countText, durationText } from '../output/format.js';

const barWidth = 20;

/** What is known of a transfer at one moment. */
export interface ProgressView {
  readonly event: ProgressEvent;
  /** Bytes a second that were really moved; `undefined` as long as it can't be said. */
  readonly rate: number | undefined;
}

/** Seconds that are left, or `undefined` where that can't be said. */
export function secondsLeft({ event, rate }: ProgressView): number | undefined {
  if (event.total === undefined || rate === undefined || rate <= 0 || event.done) return undefined;
  return (event.total - event.loaded) / rate;
}

/** A phase in one line, such as `upload ████░░░░ 6.1 of 12.1 MiB  41 MiB/s  2 of 3 files`. */
export function progressText(view: ProgressView, withBar: boolean): string {
  const { event, rate } = view;
  const { phase, loaded, total, files, reused } = event;
  const left = secondsLeft(view);
  const parts = [
    phase.padEnd(8),
    withBar && total !== undefined ? bar(loaded, total) : undefined,
    total === undefined ? bytesText(loaded) : `${bytesText(loaded)} of ${bytesText(total)}`,
    rate === undefined ? undefined : `${bytesText(Math.round(rate))}/s`,
    left === undefined ? undefined : `${durationText(left)} left`,
    filesText(files),
    reused > 0 ? `${bytesText(reused)} reused` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}

/** The largest files in flight, a line each, where one line for all says too little. */
export function filesInFlight({ event: { files, inFlight } }: ProgressView): string[] {
  return files.total === 1
    ? []
    : inFlight.map(({ path, size }) => `${' '.repeat(10)}${printable(path)}  ${bytesText(size)}`);
}

function bar(loaded: number, total: number): string {
  const full = total === 0 ? barWidth : Math.min(barWidth, Math.floor((loaded / total) * barWidth));
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

function filesText({ done, total }: ProgressEvent['files']): string {
  const word = (total ?? done) === 1 ? 'file' : 'files';
  return total === undefined
    ? `${countText(done)} ${word}`
    : `${countText(done)} of ${countText(total)} ${word}`;
}

/** A line for programs. Sizes are in bytes, times in seconds; what isn't known is `null`. */
export function progressJson(view: ProgressView): string {
  const { phase, loaded, total, files, reused, path, inFlight, done } = view.event;
  return JSON.stringify({
    message_type: done ? 'summary' : 'status',
    phase,
    bytes_done: loaded,
    total_bytes: total ?? null,
    bytes_reused: reused,
    bytes_per_second: view.rate === undefined ? null : Math.round(view.rate),
    seconds_left: roundUp(secondsLeft(view)),
    files_done: files.done,
    total_files: files.total ?? null,
    path: path ?? null,
    current_files: inFlight.map((file) => file.path),
  });
}

function roundUp(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.ceil(seconds);
}
