import { readFile } from 'node:fs/promises';
import { Artifact, withRun } from '@cairn/sdk';
import { RandomForestClassifier } from 'ml-random-forest';
import { report } from './report.js';
import { accuracy, features, label, parseDays } from './weather.js';

const settings = [
  { nEstimators: 5, maxFeatures: 2 },
  { nEstimators: 15, maxFeatures: 3 },
  { nEstimators: 20, maxFeatures: 4 },
];

await withRun({ jobType: 'train', config: { seed: 42, settings } }, async (run) => {
  const split = await run.useArtifact('weather-split:latest');
  const file = await (await split.getPath('train.csv')).download();
  const days = parseDays(await readFile(file, 'utf8'));
  const held = days.filter((_, i) => i % 4 === 0);
  const seen = days.filter((_, i) => i % 4 !== 0);

  for (const setting of settings) {
    const forest = new RandomForestClassifier({
      ...setting,
      seed: 42,
      replacement: true,
      useSampleBagging: true,
      noOOB: true,
      treeOptions: {},
    });
    forest.train(seen.map(features), seen.map(label));
    const score = accuracy(forest.predict(held.map(features)), held);

    const model = new Artifact('weather-model', { type: 'model', metadata: { ...setting, accuracy: score } });
    await model.newFile('model.json', JSON.stringify(forest));
    report(await run.logArtifact(model));
  }
});
