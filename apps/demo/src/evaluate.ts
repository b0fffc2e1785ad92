import { readFile } from 'node:fs/promises';
import { Api, Artifact, withRun } from '@cairn/sdk';
import { RandomForestClassifier } from 'ml-random-forest';
import { printLineage } from './lineage-tree.js';
import { report } from './report.js';
import { accuracy, features, parseDays } from './weather.js';

await withRun({ jobType: 'evaluate' }, async (run) => {
  const split = await run.useArtifact('weather-split:latest');
  const days = parseDays(await readFile(await (await split.getPath('test.csv')).download(), 'utf8'));

  const scores: { model: string; accuracy: number }[] = [];
  for await (const { version } of new Api().artifacts({ name: 'weather-model', sort: 'version' })) {
    const model = await run.useArtifact(`weather-model:${version}`);
    const json = await readFile(await (await model.getPath('model.json')).download(), 'utf8');
    const forest = RandomForestClassifier.load(JSON.parse(json));
    scores.push({ model: version, accuracy: accuracy(forest.predict(days.map(features)), days) });
  }
  const winner = scores.reduce((best, score) => (score.accuracy > best.accuracy ? score : best));

  const result = new Artifact('weather-result', { type: 'result', metadata: { ...winner } });
  await result.newFile('scores.json', `${JSON.stringify(scores, null, 2)}\n`);
  report(await run.logArtifact(result));

  const best = await run.useArtifact(`weather-model:${winner.model}`);
  best.aliases.add('best');
  await best.save();
});

const best = await new Api().artifact('weather-model:best');
console.log(
  `\n  best is ${best.version}, right on ${best.metadata.accuracy} of the days held back. It comes from:\n`,
);
await printLineage(best);
