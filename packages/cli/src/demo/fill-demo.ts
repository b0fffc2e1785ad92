import {
  Artifact,
  type LoggedVersion,
  type Run,
  type Version,
  type WorkspaceOptions,
  withRun,
} from '@cairn/sdk';
import { accuracy, type Model } from './nearest-days.js';
import { fromCsv, makeDays, toCsv } from './weather.js';

export interface DemoOptions {
  readonly workspace: WorkspaceOptions;
  readonly signal: AbortSignal;
  readonly onVersion: (version: LoggedVersion<object>) => Promise<void>;
}

interface Pipeline extends DemoOptions {
  readonly years: number;
}

/**
 * Fills a project with a pipeline's history: a table of weather, its split, models, their scores, and the lineage between
 * them; twice, the second time with more days. It is a pipeline like any other, written with the sdk.
 */
export async function fillDemo(options: DemoOptions): Promise<void> {
  for (const years of [2, 4]) {
    const pipeline = { ...options, years };
    const table = await collect(pipeline);
    const split = await preprocess(pipeline, table);
    const models = await train(pipeline, split);
    await evaluate(pipeline, split, models);
  }
}

type Log = (artifact: Artifact) => Promise<Version<object>>;

/** One step, which is a run. */
function step<T>(pipeline: Pipeline, jobType: string, work: (run: Run, log: Log) => Promise<T>): Promise<T> {
  const { workspace, signal, onVersion, years } = pipeline;
  return withRun({ ...workspace, jobType, config: { years }, signal }, (run) =>
    work(run, async (artifact) => {
      const version = await run.logArtifact(artifact, { signal });
      await onVersion(version);
      return version;
    }),
  );
}

function collect(pipeline: Pipeline): Promise<Version<object>> {
  const { years } = pipeline;
  return step(pipeline, 'collect', async (_, log) => {
    const description = `${years} years of daily weather, made up.`;
    const table = new Artifact('weather', { type: 'dataset', description, metadata: { years } });
    await table.newFile('weather.csv', toCsv(makeDays(365 * years)));
    return log(table);
  });
}

function preprocess(pipeline: Pipeline, table: Version<object>): Promise<Version<object>> {
  return step(pipeline, 'preprocess', async (run, log) => {
    const days = fromCsv(await textOf(await run.useArtifact(refOf(table)), 'weather.csv'));
    const test = days.filter((_, at) => at % 5 === 0);
    const train = days.filter((_, at) => at % 5 !== 0);
    const rows = { train: train.length, test: test.length };
    const split = new Artifact('weather-split', { type: 'dataset', metadata: { rows } });
    await split.newFile('train.csv', toCsv(train));
    await split.newFile('test.csv', toCsv(test));
    return log(split);
  });
}

function train(pipeline: Pipeline, split: Version<object>): Promise<Version<object>[]> {
  return step(pipeline, 'train', async (run, log) => {
    const days = fromCsv(await textOf(await run.useArtifact(refOf(split)), 'train.csv'));
    const held = days.filter((_, at) => at % 4 === 0);
    const seen = days.filter((_, at) => at % 4 !== 0);
    const models: Version<object>[] = [];
    for (const neighbours of [1, 5, 15]) {
      const model: Model = { neighbours, days: seen };
      const metadata = { neighbours, accuracy: accuracy(model, held) };
      const artifact = new Artifact('weather-model', { type: 'model', metadata });
      await artifact.newFile('model.json', JSON.stringify(model));
      models.push(await log(artifact));
    }
    return models;
  });
}

function evaluate(
  pipeline: Pipeline,
  split: Version<object>,
  models: readonly Version<object>[],
): Promise<void> {
  return step(pipeline, 'evaluate', async (run, log) => {
    const days = fromCsv(await textOf(await run.useArtifact(refOf(split)), 'test.csv'));
    const scores: { model: Version; accuracy: number }[] = [];
    for (const { version } of models) {
      const model = await run.useArtifact(`weather-model:${version}`);
      scores.push({ model, accuracy: accuracy(JSON.parse(await textOf(model, 'model.json')), days) });
    }
    const best = scores.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    const metadata = { model: best.model.version, accuracy: best.accuracy };
    const result = new Artifact('weather-result', { type: 'result', metadata });
    const table = scores.map(({ model, accuracy }) => ({ model: model.version, accuracy }));
    await result.newFile('scores.json', `${JSON.stringify(table, null, 2)}\n`);
    await log(result);
    best.model.aliases.add('best');
    await best.model.save({ signal: pipeline.signal });
  });
}

function refOf({ name, version }: Version<object>): string {
  return `${name}:${version}`;
}

async function textOf(version: Version, path: string): Promise<string> {
  return new Response(ReadableStream.from((await version.getPath(path)).open())).text();
}
