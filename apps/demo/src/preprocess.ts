import { Artifact, withRun } from '@cairn/sdk';
import { report } from './report.js';
import { countClasses, formatDays, parseDays } from './weather.js';

const csv = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'));

await withRun({ jobType: 'preprocess' }, async (run) => {
  const raw = new Artifact('seattle-weather', {
    type: 'dataset',
    description: 'Four years of daily weather in Seattle, as the vega-datasets package ships it.',
  });
  await raw.addReference(csv.href);
  const source = await run.useArtifact(raw);

  const table = await source.getPath('seattle-weather.csv');
  const days = parseDays(await new Response(table.open()).text());
  const test = days.filter((_, i) => i % 5 === 0);
  const train = days.filter((_, i) => i % 5 !== 0);

  const split = new Artifact('weather-split', {
    type: 'dataset',
    metadata: {
      rows: { train: train.length, test: test.length },
      classes: { train: countClasses(train), test: countClasses(test) },
    },
  });
  await split.newFile('train.csv', formatDays(train));
  await split.newFile('test.csv', formatDays(test));
  report(await run.logArtifact(split));
});
