import { Artifact, findStore, type LoggedVersion, withRun } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { addressOf, versionJson } from '../look/version-list.js';
import { askProject } from '../move/ask-project.js';
import { type NamedPlace, readCollectionName } from '../move/collection-name.js';
import { keptText } from '../move/kept-text.js';
import { printPlan } from '../move/print-plan.js';
import { putText } from '../move/put-text.js';
import { readMetadata } from '../move/read-metadata.js';
import { addSource, ownName, readSource, type Source } from '../move/source.js';
import { type Changes, whatChanged } from '../move/what-changed.js';
import { printRecord } from '../output/print-list.js';
import { startProgress } from '../progress/start-progress.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, env, options, output, signal, progress, whenStopped } = invocation;
  const source = readSource(args[0] ?? '', options);
  const named = nameFor(source, invocation);
  if (source.kind === 'stdin' && options.text('metadata-file') === '-') {
    throw new UsageError('stdin is the content already', 'Give the metadata by a file, or with -m.');
  }
  const isPlan = options.has('dry-run');
  const { name, place } = isPlan ? named : await askProject(invocation, named);
  const artifact = new Artifact(name, {
    type: options.text('type') ?? 'dataset',
    description: options.text('description'),
    metadata: await readMetadata(options),
  });
  if (isPlan) {
    await addSource(artifact, source, { options, signal });
    return printPlan(output, artifact);
  }
  const told = await startProgress(output, progress);
  whenStopped(() => `nothing was published; run it again to go on${keptText(told.last())}`);
  const version = await withRun({ ...place, jobType: env.CAIRN_JOB_TYPE || 'put', signal }, async (run) => {
    await addSource(artifact, source, { options, signal, onProgress: told.onProgress });
    return run.logArtifact(artifact, {
      aliases: options.list('alias'),
      tags: options.list('tag'),
      onProgress: told.onProgress,
      signal,
    });
  }).finally(told.stop);
  whenStopped(() => `${addressOf(version)} was published`);
  const changes = version.created ? await whatChanged(place, version, signal) : undefined;
  if (output.format === 'json') return printRecord(output, putJson(version, changes));
  if (output.isQuiet) return output.write(`${invocation.refOf(version)}\n`);
  await output.write(`${putText(version, changes, output.colors)}\n`);
  const { dim } = output.talkColors;
  output.talk(
    dim(`in:      ${version.entity}/${version.project} of ${findStore(place.store, place).location}`),
  );
  output.talk(dim(`use it:  run.useArtifact('${version}')${compareText(invocation, version, changes)}`));
}

function nameFor(source: Source, { options, workspace }: Invocation): NamedPlace {
  const name = options.text('name') ?? ownName(source);
  if (name !== undefined && name !== '') return readCollectionName(name, workspace());
  throw new UsageError('there is nothing to name the collection after', 'Name it with -n.');
}

function compareText(
  { refOf }: Invocation,
  version: LoggedVersion<object>,
  changes: Changes | undefined,
): string {
  if (changes === undefined) return '';
  const { entity, project, name } = version;
  const before = refOf({ entity, project, name, version: `v${Number(version.version.slice(1)) - 1}` });
  return `     compare:  cairn diff ${before} ${refOf(version)}`;
}

function putJson(version: LoggedVersion<object>, changes: Changes | undefined): object {
  const { created, bytes } = version;
  return {
    ...versionJson(version),
    isNew: created,
    sentBytes: bytes.new,
    reusedBytes: bytes.reused,
    changes: changes ?? null,
  };
}
