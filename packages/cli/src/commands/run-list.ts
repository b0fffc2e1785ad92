import type { RunInfo } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { runJson } from '../look/run-text.js';
import { agoText, durationText } from '../output/format.js';
import { type ListRequest, printList } from '../output/print-list.js';
import { firstOf, limitOf, tellCut } from '../output/shown.js';

const runList: ListRequest<RunInfo> = {
  columns: [
    { heading: 'RUN', text: ({ id }) => id, color: ({ cyan }) => cyan },
    { heading: 'NAME', shrinks: true, drops: 1, text: ({ name = '' }) => name },
    { heading: 'JOB', shrinks: true, text: ({ jobType = '' }) => jobType },
    { heading: 'STATE', text: ({ state }) => state },
    { heading: 'STARTED', drops: 3, text: (run) => agoText(run.startedAt), exact: (run) => run.startedAt },
    { heading: 'TOOK', align: 'right', drops: 2, text: tookText, exact: ({ endedAt = '' }) => endedAt },
  ],
  id: ({ id }) => id,
  json: runJson,
  empty: 'there are no such runs; put makes one, as every script that logs does',
};

function tookText({ startedAt, endedAt }: RunInfo): string {
  return endedAt === undefined ? '' : durationText((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
}

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, signal } = invocation;
  const api = await invocation.api();
  const limit = limitOf(options, output);
  const most = limit === undefined ? undefined : limit + 1;
  const { items, isCut } = await firstOf(
    api.runs({ jobType: options.text('job-type'), limit: most, signal }),
    limit,
  );
  await printList(output, items, runList);
  if (isCut) tellCut(output, items.length, undefined);
}
