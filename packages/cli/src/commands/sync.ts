import { resolve } from 'node:path';
import type { SyncedVersion } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { bytesText, countOf } from '../output/format.js';
import { type ListRequest, printList } from '../output/print-list.js';
import { startSteps } from '../progress/start-steps.js';
import { isUrl } from '../settings/settings.js';

const syncedList: ListRequest<SyncedVersion> = {
  columns: [
    { heading: 'PROJECT', shrinks: true, text: ({ entity, project }) => `${entity}/${project}` },
    { heading: 'VERSION', text: ({ name, from }) => `${name}:v${from}`, color: ({ cyan }) => cyan },
    { heading: 'THERE', text: ({ to }) => (to === undefined ? 'deleted' : `v${to}`) },
    { heading: 'NEW', text: ({ created }) => (created ? 'new' : '') },
  ],
  id: ({ entity, project, name, from }) => `${entity}/${project}/${name}:v${from}`,
  json: ({ entity, project, name, from, to, created }) => ({
    ...{ entity, project, name, version: `v${from}` },
    ...{ there: to === undefined ? null : `v${to}`, isNew: created },
  }),
};

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, progress, signal, workspace, whenStopped } = invocation;
  const { store: to, apiKey } = workspace();
  const from = options.text('from');
  if (to === undefined || (from === undefined && !isUrl(to))) {
    throw new UsageError(
      'there is no server to send to',
      'Name it: cairn sync --host https://cairn.example.com',
    );
  }
  whenStopped(() => 'what was sent by then is there, each version whole; run it again to go on');
  const { syncStore } = await import('@cairn/sdk');
  const steps = startSteps(output, progress);
  const { versions, runs } = await syncStore({
    from: from === undefined ? undefined : resolve(from),
    to,
    apiKey,
    entity: options.text('entity'),
    project: options.text('project'),
    signal,
    onProgress: ({ versions, created, bytes }) =>
      steps.tell({
        ...{ phase: 'sync', done: versions, total: undefined },
        text: `sync  ${countOf(versions, 'version')}, ${created} new, ${bytesText(bytes)} sent`,
      }),
  }).finally(steps.stop);
  const created = versions.filter((version) => version.created);
  await printList(output, output.format === 'json' ? versions : created, syncedList);
  const known = versions.length - created.length;
  output.talk(
    `${countOf(created.length, 'version')} and ${countOf(runs, 'run')} sent to ${to}; ${known} were there`,
  );
}
